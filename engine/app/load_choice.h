// Which month `generate` and `demo` write: of vouchers, or of prize invoices.
// Thread: main. Fails: usage when the options do not go together.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <CLI/App.hpp>

#include "bench/load/load.h"
#include "bench/load/standard_load.h"
#include "engine/base/result.h"

namespace fiscus::app {

class LoadChoice {
public:
    // --programme, --events, --seed.
    void declare(CLI::App& options, bool required);
    [[nodiscard]] Status check() const;
    [[nodiscard]] std::unique_ptr<load::Load> make() const;
    // Writes the keys of its draws, mode 0400; usage where there is no directory for them. Does
    // nothing for a load without keys.
    [[nodiscard]] static Status write_secrets(const load::Load& load,
                                              const std::filesystem::path& directory);
    // Records of the load; of invoices they are counted by making it once.
    [[nodiscard]] std::uint64_t records() const;

    // About so many; of vouchers exactly.
    [[nodiscard]] std::uint64_t events() const { return load_.events; }
    [[nodiscard]] load::LoadOptions& vouchers() { return load_; }

private:
    std::string programme_ = "vouchers";
    load::LoadOptions load_;
};

}  // namespace fiscus::app
