// One port for operators: GET /metrics, /livez and /readyz (200 or 503, JSON with reasons). On
// loopback only: it asks nobody who he is. Reads the board only, so it cannot disturb the
// engine.
// A request has 3 seconds in all, and slow clients keep neither others nor the end waiting.
// Thread: its own; start() and the destructor belong to one thread.
// Fails: usage when the port is taken or the address is not loopback, before anything else starts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/app/http/figures.h"
#include "engine/app/http/health.h"
#include "engine/base/result.h"

namespace fiscus::app {

struct ServerOptions {
    std::string address;
    std::int32_t port = 0;  // 0: any free one
    HealthLimits limits;
};

class Server {
public:
    virtual ~Server() = default;
    // `board` outlives the server.
    static Result<std::unique_ptr<Server>> start(const FiguresBoard& board,
                                                 const ServerOptions& options);
    // The port that was bound.
    [[nodiscard]] virtual std::int32_t port() const = 0;
};

}  // namespace fiscus::app
