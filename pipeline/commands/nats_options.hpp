#pragma once

#include "pipeline/nats/nats.hpp"

namespace CLI {
class App;
}

namespace towfish::commands {

/// Adds --nats and what belongs to it. `address.url` stays empty where --nats is not given.
void add_nats_options(CLI::App& command, nats::Address& address);

}  // namespace towfish::commands
