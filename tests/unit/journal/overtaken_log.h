// A log to which somebody else writes right before the first append through it: what a writer has
// read until then is old by the time when it writes. Thread: one. Fails: as the log inside.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "engine/log/log.h"

namespace fiscus::journal {

class OvertakenLog final : public log::Log {
public:
    OvertakenLog(log::Log& inner, std::function<void()> overtake)
        : inner_(inner), overtake_(std::move(overtake)) {}

    Result<std::string> identity() override { return inner_.identity(); }
    Result<std::optional<log::TopicInfo>> describe(std::string_view topic) override {
        return inner_.describe(topic);
    }
    Status create(std::span<const log::TopicPlan> plans) override { return inner_.create(plans); }
    Result<log::Extent> extent(std::string_view topic, std::int32_t partition) override {
        return inner_.extent(topic, partition);
    }
    Result<std::unique_ptr<log::Reader>> reader(std::string_view topic,
                                                std::int32_t partition,
                                                std::int64_t offset) override {
        return inner_.reader(topic, partition, offset);
    }
    Result<std::unique_ptr<log::Writer>> writer(std::string_view topic,
                                                std::int32_t partition) override {
        FISCUS_ASSIGN(auto writer, inner_.writer(topic, partition));
        return std::unique_ptr<log::Writer>(std::make_unique<Writer>(*this, std::move(writer)));
    }

private:
    class Writer final : public log::Writer {
    public:
        Writer(OvertakenLog& log, std::unique_ptr<log::Writer> inner)
            : log_(log), inner_(std::move(inner)) {}
        Status append(std::span<const log::NewRecord> records) override {
            if (const auto overtake = std::exchange(log_.overtake_, nullptr)) {
                overtake();
            }
            return inner_->append(records);
        }
        Result<std::int64_t> sync() override { return inner_->sync(); }

    private:
        OvertakenLog& log_;
        std::unique_ptr<log::Writer> inner_;
    };

    log::Log& inner_;
    std::function<void()> overtake_;
};

}  // namespace fiscus::journal
