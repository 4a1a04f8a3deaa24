// What is measured: each test is a run of the load program beside a floor.

/** A figure of a test by its name in the load program's answer. */
export type Figure = { key: string; label: string }

export type Test = {
  name: string
  /** The load program's mode and options. */
  load: readonly string[]
  /** Shorter figures to fit `--quick`. */
  quickLoad?: readonly string[]
  /** The floors that run too; ratios are to the first. */
  floors: readonly [string, ...string[]]
  figures: readonly [Figure, ...Figure[]]
}

const PER_DELIVERY: Figure = { key: "cpuUsPerDelivery", label: "CPU-s per million deliveries" }
const PER_SECOND: Figure = { key: "deliveriesPerSecond", label: "deliveries a second" }
const PER_SESSION: Figure = { key: "cpuMsPerSession", label: "CPU ms a session" }

const TAGS = ["--capabilities", "echo-message,message-tags,server-time,account-tag"]

const WRITE_FIRST = ["floor-write", "floor-tick"] as const
const TICK_FIRST = ["floor-tick", "floor-write"] as const

export const TESTS: readonly Test[] = [
  fanOut(100, 1),
  fanOut(1000, 1),
  fanOut(100, 16),
  fanOut(1000, 16),
  fanOut(100, 4, 10, "busy"),
  fanOut(100, 4, 10, "busy-tags", TAGS),
  direct(100),
  direct(1000),
  {
    name: "connect",
    load: ["connect", "--members", "16"],
    floors: ["floor-write"],
    figures: [PER_SESSION],
  },
  {
    name: "churn",
    load: ["churn", "--members", "16"],
    floors: ["floor-write"],
    figures: [PER_SESSION],
  },
  {
    name: "idle",
    load: ["idle", "--members", "5000"],
    quickLoad: ["--members", "1000"],
    floors: ["floor-write"],
    figures: [{ key: "kibPerConnection", label: "RSS KiB per idle connection" }],
  },
  {
    name: "latency",
    load: ["latency", "--senders", "10", "--rate", "100", "--warm-seconds", "3", "--seconds", "20"],
    quickLoad: ["--warm-seconds", "1", "--seconds", "3"],
    floors: ["floor-write"],
    figures: [
      { key: "p50Ms", label: "echo p50 ms" },
      { key: "p99Ms", label: "echo p99 ms" },
    ],
  },
  {
    name: "steady",
    load: ["latency", "--senders", "10", "--rate", "300", "--warm-seconds", "5", "--seconds", "20"],
    quickLoad: ["--warm-seconds", "1", "--seconds", "3"],
    floors: ["forgetful", "bare-log"],
    figures: [
      { key: "cpuUsPerMessage", label: "CPU us a message" },
      { key: "p50Ms", label: "echo p50 ms" },
      { key: "p99Ms", label: "echo p99 ms" },
    ],
  },
  echo(1),
  echo(10),
  echo(100),
  echo(100, 8),
  {
    name: "startup",
    load: [],
    floors: ["floor-write"],
    figures: [{ key: "startupMs", label: "start to first 001, ms" }],
  },
]

function fanOut(members: number, window: number, senders = 1, name?: string, more: string[] = []): Test {
  const sizes = ["--members", members, "--senders", senders, "--window", window].map(String)
  return {
    name: name ?? `fan-out-${members}-w${window}`,
    load: ["fan-out", ...sizes, ...more],
    // With one message in flight there is nothing to join, so the plain floor is the one to stand beside.
    floors: [...(window * senders === 1 ? WRITE_FIRST : TICK_FIRST), "forgetful", "bare-log"],
    figures: [PER_DELIVERY, PER_SECOND],
  }
}

function direct(members: number): Test {
  return {
    name: `direct-${members}`,
    load: ["direct", "--members", String(members)],
    floors: ["floor-echo"],
    figures: [PER_DELIVERY, PER_SECOND],
  }
}

/** Beside the same server without a log: the cost of the promise that what is echoed is on disk. */
function echo(senders: number, window = 1): Test {
  const sizes = ["--senders", senders, "--window", window].map(String)
  return {
    name: window === 1 ? `echo-${senders}` : `echo-${senders}-w${window}`,
    load: ["echo", ...sizes, "--warm-seconds", "3", "--seconds", "6"],
    quickLoad: ["--warm-seconds", "1", "--seconds", "2"],
    floors: ["forgetful", "bare-log"],
    figures: [
      { key: "messagesPerSecond", label: "messages a second" },
      { key: "p50Ms", label: "echo p50 ms" },
      { key: "p99Ms", label: "echo p99 ms" },
      { key: "cpuUsPerMessage", label: "CPU us a message" },
    ],
  }
}
