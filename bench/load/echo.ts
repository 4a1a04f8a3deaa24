// Echoes in a closed loop: each sender has a channel of its own and some messages in flight, and each is timed until it comes
// back. With a durable log that is a commit, and hardly anything else.
import { startMeter } from "../proc.ts"
import { crowd, eachOf } from "./client.ts"
import { noDefects } from "./ledger.ts"
import { isIntact, senderOf, seqOf, textOf } from "./message.ts"
import { drain } from "./phase.ts"
import type { Outcome, Settings } from "./settings.ts"

export async function echo(settings: Settings): Promise<Outcome> {
  const { target, senders, window } = settings
  const clients = await crowd(target, senders, ["echo-message"])
  await eachOf(clients, 16, (client) => client.join(channelOf(client.index)))

  const defects = noDefects()
  const latenciesMs: number[] = []
  const loop = { isOpen: true, inFlight: 0 }
  for (const client of clients) {
    const sentAtMs: number[] = []
    let [sent, heard] = [0, 0]
    const send = () => {
      for (; loop.isOpen && sent - heard < window; sent++, loop.inFlight++) {
        sentAtMs[sent % window] = performance.now()
        client.send(`PRIVMSG ${channelOf(client.index)} :${textOf(client.index, sent)}\r\n`)
      }
    }
    client.onMessage = (bytes, _start, end) => {
      const seq = seqOf(bytes, end)
      if (senderOf(bytes, end) !== client.index || !isIntact(bytes, end, client.index, seq))
        defects.corrupted++
      if (seq < heard) defects.repeated++
      if (seq > heard) defects.lost += seq - heard
      latenciesMs.push(performance.now() - (sentAtMs[seq % window] ?? 0))
      heard++
      loop.inFlight--
    }
    client.onTurn = send
    send()
  }
  await Bun.sleep(settings.warmUp.wallSeconds * 1000)
  latenciesMs.length = 0
  const read = startMeter(settings.pid)
  await Bun.sleep(settings.measured.wallSeconds * 1000)
  const { cpuSeconds, wallSeconds, stealPercent } = read()
  const echoed = latenciesMs.splice(0).toSorted((a, b) => a - b)
  loop.isOpen = false
  await drain(
    () => loop.inFlight === 0,
    () => latenciesMs.length,
    settings.stallMs,
  )
  for (const client of clients) client.drop()
  const figures = {
    messagesPerSecond: echoed.length / wallSeconds,
    p50Ms: quantile(echoed, 0.5),
    p99Ms: quantile(echoed, 0.99),
    maxMs: quantile(echoed, 1),
    cpuUsPerMessage: (cpuSeconds / echoed.length) * 1e6,
    stealPercent,
  }
  return { figures, defects: { ...defects, lost: defects.lost + loop.inFlight } }
}

const channelOf = (index: number) => `#echo${index}`

export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
