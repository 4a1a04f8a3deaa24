// Small limits, so that they are reached; and each way to set up a site has its seeds.

import type { Settings } from "../../src/core/seams.ts"
import { SETTINGS } from "../support/engine.ts"

export function settingsOf(seed: number): Settings {
  return {
    ...SETTINGS,
    limits: { ...SETTINGS.limits, listModes: 4, channelsPerUser: 3, historyPage: 4 },
    casemapping: seed % 3 === 0 ? "precis" : "ascii",
    passwordNeeded: seed % 4 === 0,
    historyFrom: seed % 5 === 0 ? "join" : "all",
    accounts: {
      ...SETTINGS.accounts,
      alwaysOn: (["opt-in", "opt-in", "opt-out", "off", "mandatory"] as const)[seed % 5] ?? "opt-in",
      alwaysOnMs: 200_000,
    },
  }
}
