// The bench of the engine measures what it says: no case is refused, none is silent, and another work tree can stand beside it.
import { expect, test } from "bun:test"
import { join } from "node:path"
import { CASES } from "../../bench/engine/cases.ts"

const ROOT = join(import.meta.dir, "../..")

interface Result {
  readonly name: string
  readonly outcomes: readonly { readonly costs?: readonly number[]; readonly refused?: string }[]
}

async function bench(...flags: string[]): Promise<Result[]> {
  const command = [process.execPath, join(ROOT, "bench/engine.ts"), "--quick", "--json", ...flags]
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "inherit" })
  return JSON.parse(await new Response(child.stdout).text()) as Result[]
}

test("every case is played and costs something", async () => {
  const results = await bench()
  expect(results.map(({ name }) => name)).toEqual(CASES.map(({ name }) => name))
  for (const { name, outcomes } of results) {
    expect(outcomes, name).toEqual([{ costs: [expect.any(Number)] }])
    expect(outcomes[0]?.costs?.[0], name).toBeGreaterThan(0.1)
  }
})

test("two engines take turns", async () => {
  const [result] = await bench("--only", "PING", "--beside", ROOT)
  expect(result?.outcomes).toEqual([{ costs: [expect.any(Number)] }, { costs: [expect.any(Number)] }])
})
