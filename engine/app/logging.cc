#include "engine/app/logging.h"

#include <chrono>
#include <mutex>

#include <fmt/format.h>
#include <spdlog/formatter.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include "engine/app/output/json.h"
#include "engine/app/output/utf8.h"
#include "engine/base/time.h"

namespace fiscus::app {
namespace {

// Flushes each line: log lines of a process that dies are the ones that matter.
class StreamSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit StreamSink(std::FILE* stream) : stream_(stream) {}

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        std::fwrite(line.data(), 1, line.size(), stream_);
        std::fflush(stream_);
    }
    void flush_() override { std::fflush(stream_); }

private:
    std::FILE* stream_;
};

std::string_view level_name(spdlog::level::level_enum level) {
    const spdlog::string_view_t name = spdlog::level::to_string_view(level);
    return {name.data(), name.size()};
}

void append(spdlog::memory_buf_t& line, std::string_view text) {
    line.append(text.data(), text.data() + text.size());
}

// The payload is an object with the message and its fields; time and level go in front of them.
class JsonFormatter final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
        const auto since = message.time.time_since_epoch();
        const auto now_us = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
        std::string text = R"({"time":)";
        append_json_string(text, instant_text(now_us));
        text += R"(,"level":)";
        append_json_string(text, level_name(message.level));
        append(line, text);
        append(line, ",");
        append(line, std::string_view(message.payload.data(), message.payload.size()).substr(1));
        append(line, "\n");
    }
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<JsonFormatter>();
    }
};

}  // namespace

Log::Log(std::FILE* stream, std::string_view format, std::string_view level)
    : json_(format == "json"),
      logger_(std::make_unique<spdlog::logger>("fiscus", std::make_shared<StreamSink>(stream))) {
    if (json_) {
        logger_->set_formatter(std::make_unique<JsonFormatter>());
    } else {
        logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>(
            "%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc, "\n"));
    }
    logger_->set_level(spdlog::level::from_str(std::string(level)));
}

void Log::debug(std::string_view sentence, Fields fields) {
    write(spdlog::level::debug, sentence, fields);
}
void Log::info(std::string_view sentence, Fields fields) {
    write(spdlog::level::info, sentence, fields);
}
void Log::warn(std::string_view sentence, Fields fields) {
    write(spdlog::level::warn, sentence, fields);
}
void Log::error(std::string_view sentence, Fields fields) {
    write(spdlog::level::err, sentence, fields);
}

void Log::write(spdlog::level::level_enum level, std::string_view sentence, Fields fields) {
    if (!logger_->should_log(level)) {
        return;
    }
    std::string payload;
    if (json_) {
        JsonWriter json;
        json.begin_object();
        json.field("message", sentence);
        for (const auto& [name, text] : fields) {
            json.field(name, text);
        }
        json.end_object();
        payload = json.text();
    } else {
        payload = printable(sentence);
        for (const auto& [name, text] : fields) {
            payload += fmt::format("  {}={}", name, printable(text));
        }
    }
    logger_->log(level, payload);
}

}  // namespace fiscus::app
