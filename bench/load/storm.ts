// A storm of short sessions: what one costs the server from the first packet to the last.
import { Client } from "./client.ts"
import { noDefects } from "./ledger.ts"
import { phase } from "./phase.ts"
import type { Outcome, Settings } from "./settings.ts"

type Visit = (client: Client, slot: number) => Promise<void>

/** Connect, register, quit. */
export const connectStorm = (settings: Settings) => storm(settings, async () => {})

/** Connect, register, join, part, quit; each of those at work at a time has a channel of its own. */
export const churn = (settings: Settings) =>
  storm(settings, async (client, slot) => {
    await client.join(`#bench${slot}`)
    await client.ask(`PART #bench${slot}\r\n`, "PART")
  })

async function storm(settings: Settings, visit: Visit): Promise<Outcome> {
  const defects = noDefects()
  const over = new AbortController()
  let [started, done] = [0, 0]
  const slots = Array.from({ length: settings.members }, async (_, slot) => {
    while (!over.signal.aborted) {
      try {
        await session(settings, new Client(started++), slot, visit)
        done++
      } catch (error) {
        // A session that fails is a defect; when many do, something else is wrong.
        if (defects.lost++ > 10) throw error
        process.stderr.write(`${(error as Error).message}\n`)
      }
    }
  })
  const measured = phase(() => done, settings.warmUp, settings).then(() =>
    phase(() => done, settings.measured, settings),
  )
  await Promise.race([measured, ...slots])
  over.abort()
  await Promise.all(slots)
  const { count: sessions, cpuSeconds, wallSeconds, stealPercent } = await measured
  const cpuMsPerSession = (cpuSeconds / sessions) * 1000
  return { figures: { cpuMsPerSession, sessions, cpuSeconds, wallSeconds, stealPercent }, defects }
}

async function session(settings: Settings, client: Client, slot: number, visit: Visit) {
  await client.connect(settings.target)
  await client.register()
  await visit(client, slot)
  await client.quit()
}
