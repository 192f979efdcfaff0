// The network between fiscus and a broker: a proxy on loopback that cuts, holds, slows and refuses.
// It knows as much of Kafka's protocol as it needs to strike in the midst of a request or an
// answer: their lengths, what is asked, and which answer belongs to it.
// Thread: any; one of its own hands the bytes on. Fails: as gtest's expectations.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

namespace fiscus::faults {

// How a connection ends: in order, or as after a crash of the other side.
enum class Ending : std::uint8_t { fin, reset };
enum class Direction : std::uint8_t { requests, answers };

// Of Kafka's requests those that fiscus makes.
namespace api {
inline constexpr std::int16_t produce = 0;
inline constexpr std::int16_t fetch = 1;
inline constexpr std::int16_t list_offsets = 2;
inline constexpr std::int16_t metadata = 3;
inline constexpr std::int16_t offset_commit = 8;
inline constexpr std::int16_t offset_fetch = 9;
inline constexpr std::int16_t find_coordinator = 10;
inline constexpr std::int16_t versions = 18;
inline constexpr std::int16_t init_producer = 22;
}  // namespace api

enum class StrikeAt : std::uint8_t {
    request_half,  // the broker never has the whole of it
    answer_half,   // it was done, and nobody can read the answer
    answer_none,   // it was done, and nobody hears of it
};

// The next request that asks this, and has this text (a topic) near its beginning.
struct Strike {
    std::int16_t asks = api::produce;
    std::string names{};
    StrikeAt at = StrikeAt::answer_none;
    Ending ending = Ending::reset;
};

class TcpProxy {
public:
    // Takes a free port. Whoever comes before lead_to() is refused.
    TcpProxy();
    ~TcpProxy();
    TcpProxy(const TcpProxy&) = delete;
    TcpProxy& operator=(const TcpProxy&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port()); }
    void lead_to(std::uint16_t port);

    // Once, the next one that fits.
    void arm(const Strike& strike);
    [[nodiscard]] bool struck() const;
    void cut_all(Ending ending);
    // While refused, everything is cut and whoever comes is reset.
    void refuse(bool refused);
    // While held, no byte goes that way, and nobody is told.
    void hold(Direction direction, bool held);
    // 0: as fast as it can.
    void slow(std::uint64_t bytes_each_second);
    // That came to the proxy, and that it cut.
    [[nodiscard]] std::uint64_t connections() const;
    [[nodiscard]] std::uint64_t cuts() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
    std::jthread thread_;
};

}  // namespace fiscus::faults
