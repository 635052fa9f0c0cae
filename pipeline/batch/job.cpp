#include "pipeline/batch/job.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "pipeline/sonar/error.hpp"

namespace towfish::batch {

namespace {

using nlohmann::json;

constexpr std::array kJobKinds{"look", "scan"};
constexpr std::array kAnswerKinds{"progress", "done", "unreadable", "failed", "unseen", "deadly"};

template <class Kind, std::size_t n>
Kind kind_of(const json& object, const std::array<const char*, n>& names) {
  const auto text = object.at("kind").get<std::string>();
  for (std::size_t i = 0; i < n; ++i) {
    if (text == names[i]) return static_cast<Kind>(i);
  }
  throw MessageError(fmt::format("kind '{}' is not known", text));
}

template <class Read>
auto parse(const std::string& text, Read read) {
  try {
    return read(json::parse(text));
  } catch (const json::exception& error) {
    throw MessageError(fmt::format("not a message of a worker or of its coordinator: {}", error.what()));
  }
}

json faults_to(const std::vector<Fault>& faults) {
  json list = json::array();
  for (const Fault& fault : faults) list.push_back({fault.kind, fault.count, fault.first_at});
  return list;
}

std::vector<Fault> faults_from(const json& list) {
  std::vector<Fault> faults;
  for (const json& item : list) {
    faults.push_back(
        {item.at(0).get<std::string>(), item.at(1).get<std::uint64_t>(), item.at(2).get<std::uint64_t>()});
  }
  return faults;
}

std::uint64_t peak_rss_kib() noexcept {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss);
}

}  // namespace

std::string to_text(const Job& job) {
  return json{{"kind", kJobKinds[static_cast<std::size_t>(job.kind)]},
              {"run", job.run},
              {"log", job.log},
              {"version", job.version},
              {"index", job.index},
              {"path", job.path},
              {"bytes", job.bytes},
              {"first_ping", job.stretch.first},
              {"end_ping", job.stretch.end},
              {"reports", job.reports},
              {"chunks", {job.chunks_first, job.chunks_end}},
              {"place", job.place}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

Job job_from(const std::string& text) {
  return parse(text, [](const json& object) {
    Job job;
    job.kind = kind_of<Job::Kind>(object, kJobKinds);
    object.at("run").get_to(job.run);
    object.at("log").get_to(job.log);
    object.at("version").get_to(job.version);
    object.at("index").get_to(job.index);
    object.at("path").get_to(job.path);
    object.at("bytes").get_to(job.bytes);
    object.at("first_ping").get_to(job.stretch.first);
    object.at("end_ping").get_to(job.stretch.end);
    object.at("reports").get_to(job.reports);
    object.at("chunks").at(0).get_to(job.chunks_first);
    object.at("chunks").at(1).get_to(job.chunks_end);
    object.at("place").get_to(job.place);
    return job;
  });
}

std::string to_text(const Answer& answer) {
  json object{{"kind", kAnswerKinds[static_cast<std::size_t>(answer.kind)]},
              {"run", answer.run},
              {"log", answer.log},
              {"version", answer.version},
              {"index", answer.index},
              {"at_ping", answer.at_ping}};
  if (answer.kind != Answer::Kind::progress) {
    const StretchResult& result = answer.result;
    object.update({{"message", answer.message},
                   {"size", {answer.size.pings, answer.size.first_time_ns}},
                   {"pings", result.pings},
                   {"warm_up", result.warm_up},
                   {"frames", result.frames},
                   {"detections", result.detections},
                   {"refused", result.refused},
                   {"first_time_ns", result.first_time_ns},
                   {"faults", faults_to(result.faults)},
                   {"chunks", answer.chunks},
                   {"place_ping", answer.place_ping},
                   {"place", answer.place},
                   {"busy_s", answer.busy_s},
                   {"peak_rss_kib", answer.peak_rss_kib}});
  }
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Answer answer_from(const std::string& text) {
  return parse(text, [](const json& object) {
    Answer answer;
    answer.kind = kind_of<Answer::Kind>(object, kAnswerKinds);
    answer.run = object.value("run", std::uint64_t{0});  // Not in older ledgers.
    object.at("log").get_to(answer.log);
    object.at("version").get_to(answer.version);
    object.at("index").get_to(answer.index);
    object.at("at_ping").get_to(answer.at_ping);
    if (answer.kind == Answer::Kind::progress) return answer;
    StretchResult& result = answer.result;
    object.at("message").get_to(answer.message);
    object.at("size").at(0).get_to(answer.size.pings);
    object.at("size").at(1).get_to(answer.size.first_time_ns);
    object.at("pings").get_to(result.pings);
    object.at("warm_up").get_to(result.warm_up);
    object.at("frames").get_to(result.frames);
    object.at("detections").get_to(result.detections);
    object.at("refused").get_to(result.refused);
    object.at("first_time_ns").get_to(result.first_time_ns);
    result.faults = faults_from(object.at("faults"));
    object.at("chunks").get_to(answer.chunks);
    answer.place_ping = object.value("place_ping", std::uint64_t{0});  // Not in older ledgers.
    answer.place = object.value("place", std::string());
    object.at("busy_s").get_to(answer.busy_s);
    object.at("peak_rss_kib").get_to(answer.peak_rss_kib);
    return answer;
  });
}

Answer answer_to(const Job& job, Answer::Kind kind, std::string message) {
  return {.run = job.run,
          .log = job.log,
          .index = job.index,
          .kind = kind,
          .version = job.version,
          .message = std::move(message)};
}

LogScan& Workbench::open(const std::string& path) {
  const auto stamp = stamp_of(path);
  if (!scan_ || path != path_ || stamp != stamp_) {
    scan_.reset();
    scan_ = std::make_unique<LogScan>(path, settings_);
    path_ = path;
    stamp_ = stamp;
  }
  return *scan_;
}

std::optional<Answer> Workbench::look_or_scan(const Job& job,
                                              const std::function<bool(std::uint64_t)>& tick) {
  Answer answer = answer_to(job, Answer::Kind::done);
  LogScan& scan = open(job.path);
  if (job.kind == Job::Kind::look) {
    answer.size = scan.size();
  } else {
    scan.learn_place(job.place);
    ReportWriter reports(job.reports);
    auto result = scan.scan(job.stretch, reports, tick);
    if (!result) return std::nullopt;
    reports.close();
    answer.result = std::move(*result);
    answer.place_ping = job.stretch.end;
    answer.place = scan.place_before(job.stretch.end);
  }
  auto chunks = hash_chunks(job.path, job.chunks_first, job.chunks_end,
                            [&] { return tick(job.kind == Job::Kind::look ? 0 : job.stretch.end); });
  if (!chunks) return std::nullopt;
  answer.chunks = std::move(*chunks);
  if (job.kind == Job::Kind::look) {
    if (!answer.chunks.empty()) answer.message = content_hash(answer.chunks);
    answer.chunks.clear();
  }
  answer.peak_rss_kib = peak_rss_kib();
  return answer;
}

std::optional<Answer> Workbench::work(const Job& job, const std::function<bool(std::uint64_t)>& tick) {
  Answer answer = answer_to(job, Answer::Kind::failed);
  try {
    const auto started = std::chrono::steady_clock::now();
    auto done = look_or_scan(job, tick);
    if (!done) scan_.reset();
    if (done)
      done->busy_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return done;
  } catch (const InputError& error) {
    answer.kind = Answer::Kind::unreadable;
    answer.message = error.what();
  } catch (const std::exception& error) {
    answer.message = error.what();
  }
  scan_.reset();  // Half scanned: of no use to the next job.
  return answer;
}

}  // namespace towfish::batch
