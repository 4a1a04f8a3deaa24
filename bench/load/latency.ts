// Latency in an open loop: messages go out by the clock, whatever the server does, and each is timed until its echo.
import { startMeter } from "../proc.ts"
import { crowd, eachOf } from "./client.ts"
import { quantile } from "./echo.ts"
import { noDefects } from "./ledger.ts"
import { SEQ_MAX, senderOf, seqOf, textOf } from "./message.ts"
import { drain } from "./phase.ts"
import type { Outcome, Settings } from "./settings.ts"

const CHANNEL = "#bench"

export async function latency(settings: Settings): Promise<Outcome> {
  const { target, members, senders, ratePerSecond, capabilities } = settings
  const clients = await crowd(target, members, capabilities)
  await eachOf(clients, 16, (client) => client.join(CHANNEL))

  const sentAtMs = new Map<number, number>()
  const latenciesMs: number[] = []
  clients.forEach((client, index) => {
    // Without echo-message a neighbour stands in for the sender.
    const watched = client.echo ? index : (index + 1) % members
    client.onMessage = (bytes, _start, end) => {
      if (senderOf(bytes, end) !== watched) return
      const key = watched * SEQ_MAX + seqOf(bytes, end)
      const sentAt = sentAtMs.get(key)
      if (sentAt === undefined) return
      sentAtMs.delete(key)
      latenciesMs.push(performance.now() - sentAt)
    }
  })

  const send = async (from: number, count: number) => {
    const start = performance.now()
    for (let n = 0; n < count; n++) {
      const waitMs = start + (n * 1000) / ratePerSecond - performance.now()
      if (waitMs > 0) await Bun.sleep(waitMs)
      const [sender, seq] = [n % senders, from + n]
      sentAtMs.set(sender * SEQ_MAX + seq, performance.now())
      clients[sender]?.send(`PRIVMSG ${CHANNEL} :${textOf(sender, seq)}\r\n`)
    }
  }
  const warmUps = Math.ceil(settings.warmUp.wallSeconds * ratePerSecond)
  const count = Math.ceil(settings.measured.wallSeconds * ratePerSecond)
  await send(0, warmUps)
  latenciesMs.length = 0
  const read = startMeter(settings.pid)
  await send(warmUps, count)
  const { cpuSeconds, stealPercent } = read()
  await drain(
    () => sentAtMs.size === 0,
    () => latenciesMs.length,
    settings.stallMs,
  )
  for (const client of clients) client.drop()

  latenciesMs.sort((a, b) => a - b)
  const figures = {
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    maxMs: quantile(latenciesMs, 1),
    cpuUsPerMessage: (cpuSeconds / count) * 1e6,
    messages: count,
    cpuSeconds,
    stealPercent,
  }
  return { figures, defects: { ...noDefects(), lost: sentAtMs.size } }
}
