// Which month `generate` and `demo` write: of vouchers, or of prize invoices.
// Thread: main. Fails: usage when the options do not go together.
#pragma once

#include <cstdint>
#include <memory>

#include <CLI/App.hpp>

#include "bench/load/load.h"
#include "bench/load/standard_load.h"
#include "engine/base/result.h"

namespace fiscus::app {

enum class LoadProgramme : std::uint8_t { vouchers, invoices };

class LoadChoice {
public:
    // --programme, --events, --seed.
    void declare(CLI::App& options, bool required);
    [[nodiscard]] Status check() const;
    [[nodiscard]] std::unique_ptr<load::Load> make() const;
    // Records of the load; of invoices they are counted by making it once.
    [[nodiscard]] std::uint64_t records() const;

    [[nodiscard]] LoadProgramme programme() const { return programme_; }
    // About so many; of vouchers exactly.
    [[nodiscard]] std::uint64_t events() const { return load_.events; }
    [[nodiscard]] load::LoadOptions& vouchers() { return load_; }

private:
    LoadProgramme programme_ = LoadProgramme::vouchers;
    load::LoadOptions load_;
};

}  // namespace fiscus::app
