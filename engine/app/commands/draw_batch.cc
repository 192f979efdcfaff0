// `fiscus draw list` and `fiscus draw bundle`: what is published of the draw of a prize batch, from
// the journal alone.
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/draw_book.h"
#include "engine/app/open.h"
#include "engine/draw/bundle_files.h"
#include "engine/draw/lines.h"
#include "engine/draw/merkle.h"

namespace fiscus::app {
namespace {

// Which draw: of both commands.
class DrawChoice {
public:
    void declare(CLI::App& options) {
        options.add_option("--batch", batch_, "Number of the prize batch")
            ->required()
            ->check(CLI::Range(std::uint32_t{1}, UINT32_MAX))
            ->option_text("N");
        options
            .add_option("--programme", programme_,
                        "Number of the programme, where several have such a batch")
            ->check(CLI::Range(std::uint32_t{1}, UINT32_MAX))
            ->option_text("N");
    }

    [[nodiscard]] Result<DrawnBatch> read(const Settings& settings) const {
        FISCUS_ASSIGN(const auto log, open_log(settings, LogMode::existing));
        std::optional<ProgrammeId> programme;
        if (programme_) {
            programme = ProgrammeId(*programme_);
        }
        return read_draw(*log, BatchId(batch_), programme);
    }
    [[nodiscard]] std::uint32_t batch() const { return batch_; }

private:
    std::uint32_t batch_ = 0;
    std::optional<std::uint32_t> programme_;
};

class DrawList final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "draw list",
                .summary = "The tickets of a prize batch, with the count and root to seal",
                .example = "fiscus draw list --batch 3 --log /tmp/prizes/log > list.txt",
                .details =
                    "Prints list.txt of docs/formats/draw-bundle.md on stdout: every verified "
                    "invoice with its consumer, ascending. Before the sealing these are the "
                    "tickets of now, afterwards those that were sealed. Count and root, which "
                    "DrawSealed states, come on stderr. Reads the whole journal.",
                .settings = {Setting::log_directory, Setting::kafka_bootstrap,
                             Setting::output_language}};
    }

    void declare(CLI::App& options) override { choice_.declare(options); }

    Result<ExitCode> run(Context& context) override {
        FISCUS_ASSIGN(const DrawnBatch batch, choice_.read(context.settings));
        draw::MerkleRoot root(batch.draw.rules.hash);
        std::string text;
        for (const draw::Ticket& ticket : batch.draw.tickets) {
            const std::string line = draw::list_line(ticket);
            root.add(line);
            text += line + "\n";
        }
        context.console.print(text);
        context.console.note(fmt::format("count {}\nroot {}", root.count(), to_hex(root.root())));
        return ExitCode::success;
    }

private:
    DrawChoice choice_;
};

class DrawBundle final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "draw bundle",
                .summary = "Write everything that is published of a draw, for anybody to check",
                .example =
                    "fiscus draw bundle --batch 3 --log /tmp/prizes/log --out batch-3\n"
                    "fiscus draw verify batch-3",
                .details =
                    "A new directory of nine files (docs/formats/draw-bundle.md): rules, sealed "
                    "list, what was opened, result, receipts and a readme with the recipe. From "
                    "the journal alone; what is written was verified. The draw must have been "
                    "executed. Reads the whole journal.",
                .settings = {Setting::log_directory, Setting::kafka_bootstrap,
                             Setting::output_language}};
    }

    void declare(CLI::App& options) override {
        choice_.declare(options);
        options.add_option("--out", out_, "Directory to make; must not be there")
            ->required()
            ->option_text("DIR");
    }

    Result<ExitCode> run(Context& context) override {
        FISCUS_ASSIGN(const DrawnBatch batch, choice_.read(context.settings));
        if (batch.stage != DrawStage::executed) {
            return Error{ErrorCode::usage,
                         fmt::format("the draw of batch {} has no result", choice_.batch()),
                         std::string(why(batch)), "A bundle is made of a draw that was executed."};
        }
        FISCUS_ASSIGN(const draw::Bundle bundle, draw::make_bundle(batch.draw));
        FISCUS_TRY(draw::write_bundle(out_, bundle));
        context.console.note(fmt::format("{} tickets; verify with: fiscus draw verify {}",
                                         batch.draw.tickets.size(), out_));
        return ExitCode::success;
    }

private:
    static std::string why(const DrawnBatch& batch) {
        switch (batch.stage) {
            case DrawStage::open: return "its list is not sealed yet";
            case DrawStage::sealed: return "its seed is not published yet";
            case DrawStage::seeded: return "it was not executed yet";
            case DrawStage::aborted: return "it was aborted: " + batch.why_aborted;
            case DrawStage::executed: break;
        }
        return {};
    }

    DrawChoice choice_;
    std::string out_;
};

}  // namespace

std::unique_ptr<Command> make_draw_list() { return std::make_unique<DrawList>(); }
std::unique_ptr<Command> make_draw_bundle() { return std::make_unique<DrawBundle>(); }

}  // namespace fiscus::app
