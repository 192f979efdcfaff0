// Log lines of `run` on stderr: text for people, JSON for machines, one object a line:
// {"time":"…Z","level":"info","message":"…","partition":"0"}. spdlog does not escape JSON, so lines
// are made with JsonWriter. Fields are given as pairs and never pasted into the sentence.
// Thread: any. Fails: never.
#pragma once

#include <cstdio>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <spdlog/logger.h>

namespace fiscus::app {

class Log {
public:
    using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;

    // format: "text" or "json"; level: "debug", "info", "warn" or "error".
    Log(std::FILE* stream, std::string_view format, std::string_view level);

    void debug(std::string_view sentence, Fields fields = {});
    void info(std::string_view sentence, Fields fields = {});
    void warn(std::string_view sentence, Fields fields = {});
    void error(std::string_view sentence, Fields fields = {});

private:
    void write(spdlog::level::level_enum level, std::string_view sentence, Fields fields);

    bool json_;
    std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace fiscus::app
