#include "pipeline/batch/crew.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace towfish::batch {

using Clock = std::chrono::steady_clock;

Crew::Crew(std::size_t workers, std::string settings) : settings_(std::move(settings)), workers_(workers) {
  for (Worker& worker : workers_) start(worker);
}

bool Crew::any_busy() const noexcept {
  return std::ranges::any_of(workers_, [](const Worker& worker) { return worker.activity.has_value(); });
}

void Crew::start(Worker& worker) {
  Channel::Pair pair = Channel::make_pair();
  pair.theirs.allow_inheritance();
  worker.child = std::make_unique<process::Child>(
      std::vector<std::string>{"worker", "--socket", std::to_string(pair.theirs.descriptor())});
  worker.channel = std::move(pair.ours);
  static_cast<void>(worker.channel->send(settings_));
}

// A worker that cannot be reached any more is noticed, and its job accounted for, in wait().
void Crew::give(std::size_t index, const Job& job) {
  Worker& worker = workers_[index];
  if (!worker.child) start(worker);
  worker.activity = Activity{job, job.stretch.first, Clock::now()};
  static_cast<void>(worker.channel->send(to_text(job)));
}

bool Crew::hear(std::size_t index, const std::function<void(std::size_t, const Answer&)>& answered) {
  Worker& worker = workers_[index];
  std::string message;
  for (;;) {
    const Channel::State state = worker.channel->receive(message, false);
    if (state != Channel::State::message) return state == Channel::State::nothing;
    const Answer answer = answer_from(message);
    if (!worker.activity) continue;
    worker.activity->heard = Clock::now();
    worker.activity->at_ping = answer.at_ping;
    if (answer.kind != Answer::Kind::progress) worker.activity.reset();
    answered(index, answer);
  }
}

std::string Crew::bury(Worker& worker) {
  worker.channel.reset();
  while (!worker.child->ending()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::string how = worker.child->ending()->text();
  worker.child.reset();
  worker.activity.reset();
  return how;
}

void Crew::wait(int milliseconds, std::chrono::seconds patience,
                const std::function<void(std::size_t, const Answer&)>& answered,
                const std::function<void(std::size_t, const Job&, const std::string&)>& died) {
  std::vector<pollfd> polled;
  std::vector<std::size_t> whose;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (!workers_[i].channel) continue;
    polled.push_back({workers_[i].channel->descriptor(), POLLIN, 0});
    whose.push_back(i);
  }
  ::poll(polled.data(), polled.size(), milliseconds);
  for (std::size_t i = 0; i < polled.size(); ++i) {
    Worker& worker = workers_[whose[i]];
    const bool there = polled[i].revents == 0 || hear(whose[i], answered);
    const bool silent = worker.activity && Clock::now() - worker.activity->heard > patience;
    if (there && !silent) continue;
    if (silent) worker.child->send(SIGKILL);
    const std::optional<Activity> lost = worker.activity;
    std::string how = bury(worker);
    if (silent) how = fmt::format("said nothing for {} s and was killed", patience.count());
    if (lost) died(whose[i], lost->job, how);
  }
}

}  // namespace towfish::batch
