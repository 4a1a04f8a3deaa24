// Has the log delete what is not to be kept any longer (`[history]` and `[[retention]]` in chat.toml), by the hour.

import { STATELESS } from "../core/commands/index.ts"
import { AUDIT_CHANNEL } from "../protocol/acts.ts"
import { CASEMAPPINGS, type CasemappingName } from "../protocol/casemapping.ts"
import { matches } from "../protocol/masks.ts"
import type { Config } from "../server/config.ts"
import type { Server } from "../server/server.ts"
import type { Retention } from "../storage/retention.ts"
import type { SqliteLog } from "../storage/sqlite-log.ts"

export interface RetentionOptions {
  readonly log: SqliteLog
  readonly server: Server
  readonly history: () => Config["history"]
}

const FIRST_AFTER_MS = 10_000
const EVERY_MS = 3_600_000

/** Begins; the answer ends it. */
export function keepRetention({ log, server, history }: RetentionOptions): () => void {
  const look = () => {
    const retention = retentionOf(history(), server.channels, server.settings.casemapping)
    if (retention !== undefined) log.retain(retention)
    timer = setTimeout(look, EVERY_MS)
  }
  let timer: Timer = setTimeout(look, FIRST_AFTER_MS)
  return () => clearTimeout(timer)
}

/**
 * The rule of each channel is the first that its name matches, or matched when it ended; undefined when everything is kept for ever. What the staff did is
 * kept so in any case.
 */
export function retentionOf(
  { kept, retention }: Pick<Config["history"], "kept" | "retention">,
  channels: Iterable<{ readonly id: number; readonly name: string }>,
  casemapping: CasemappingName = "ascii",
): Retention | undefined {
  if (kept.days === 0 && kept.messages === 0 && retention.length === 0) return undefined
  const { folded } = CASEMAPPINGS[casemapping]
  const rules = retention.map(({ channels: masks, ...rule }) => ({ ...rule, masks: masks.map(folded) }))
  const all = [...channels]
  const own = all.flatMap(({ id, name }) => {
    if (name === AUDIT_CHANNEL) return [{ id, days: 0, messages: 0 }]
    const rule = rules.find(({ masks }) => masks.some((mask) => matches(mask, folded(name))))
    return rule ? [{ id, days: rule.days, messages: rule.messages }] : []
  })
  const ended = { rules, casemapping, living: all.map(({ id }) => id) }
  return { types: STATELESS, channels: own, ...(rules.length === 0 ? {} : { ended }), rest: kept }
}
