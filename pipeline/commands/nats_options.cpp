#include "pipeline/commands/nats_options.hpp"

#include <CLI/CLI.hpp>

namespace towfish::commands {

void add_nats_options(CLI::App& command, nats::Address& address) {
  CLI::Option* url = command.add_option(
      "--nats", address.url,
      "Servers of a NATS work queue, nats://HOST:4222 or tls://HOST:4222, several with commas between");
  command
      .add_option("--nats-credentials", address.credentials,
                  "File that lets us in: NATS .creds, or two lines, user and password")
      ->needs(url)
      ->check(CLI::ExistingFile);
  command.add_option("--nats-ca", address.ca, "TLS: certificates of those who may sign the servers'")
      ->needs(url)
      ->check(CLI::ExistingFile);
  CLI::Option* certificate =
      command.add_option("--nats-cert", address.certificate, "TLS: our certificate, if the servers want one")
          ->needs(url)
          ->check(CLI::ExistingFile);
  command.add_option("--nats-key", address.key, "TLS: the key of --nats-cert")
      ->needs(certificate)
      ->check(CLI::ExistingFile);
  command.add_option("--nats-replicas", address.replicas, "Servers of a cluster that keep each message")
      ->needs(url)
      ->check(CLI::Range(1, 5));
}

}  // namespace towfish::commands
