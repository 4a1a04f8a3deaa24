// What goes over the administrator's socket: one JSON object a line, a request and then its answer.

import { z } from "zod"
import { DURATION_MS_MAX } from "../protocol/duration.ts"
import { REVOCATION_REASON_LENGTH_MAX } from "../protocol/limits.ts"
import { ROLES } from "../protocol/rights.ts"

const word = z
  .string()
  .max(390)
  .regex(/^\P{Cc}+$/u)

/** Thirty days. */
export const INVITATION_TTL_MS_MAX = 30 * 86_400_000
export const INVITATION_USES_MAX = 1000

export const REQUEST = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("list") }),
  z.strictObject({ do: z.literal("status") }),
  z.strictObject({ do: z.literal("reload") }),
  z.strictObject({ do: z.literal("stop") }),
  z.strictObject({
    do: z.literal("kick"),
    /** NICK [REASON…] or CHANNEL NICK [REASON…] */
    words: z.array(word).min(1).max(100),
    reason: word.optional(),
  }),
  z.strictObject({
    /** Makes an account, or gives one that there is another password. */
    do: z.enum(["register", "password"]),
    name: word,
    password: z.string().max(1000),
  }),
  z.strictObject({ do: z.literal("erase"), name: word }),
  z.strictObject({
    do: z.literal("ban"),
    target: word,
    lastsMs: z.int().positive().max(DURATION_MS_MAX).optional(),
    reason: word.optional(),
  }),
  z.strictObject({ do: z.literal("unban"), target: word }),
  z.strictObject({ do: z.literal("bans") }),
  z.strictObject({ do: z.literal("channels") }),
  z.strictObject({
    do: z.literal("mute"),
    channel: word,
    nick: word,
    lastsMs: z.int().positive().max(DURATION_MS_MAX).optional(),
  }),
  z.strictObject({ do: z.literal("unmute"), channel: word, nick: word }),
  z.strictObject({ do: z.literal("role"), name: word, role: z.enum(ROLES) }),
  z.strictObject({ do: z.literal("lockdown"), on: z.boolean() }),
  z.strictObject({
    do: z.literal("invite"),
    name: word,
    channels: z.array(word).max(20),
    ttlMs: z.int().min(60_000).max(INVITATION_TTL_MS_MAX),
    uses: z.int().min(1).max(INVITATION_USES_MAX),
    role: z.enum(ROLES).exclude(["member"]).optional(),
    approve: z.literal(true).optional(),
  }),
  z.strictObject({ do: z.literal("invitations") }),
  z.strictObject({ do: z.literal("withdraw"), id: word }),
  /** The id of a request, or the name of who waits. */
  z.strictObject({ do: z.enum(["approve", "deny"]), who: word }),
  z.strictObject({
    do: z.literal("revoke"),
    name: word,
    device: word.optional(),
    reason: word.max(REVOCATION_REASON_LENGTH_MAX),
  }),
  z.strictObject({ do: z.literal("certificates"), name: word.optional() }),
  z.strictObject({ do: z.literal("crl") }),
  z.strictObject({ do: z.literal("unlock"), passphrase: z.string().max(1000) }),
])

export type AdminRequest = z.infer<typeof REQUEST>

export const ANSWER = z.union([
  z.looseObject({ v: z.literal(1), ok: z.literal(true) }),
  z.object({ v: z.literal(1), ok: z.literal(false), error: z.string(), hint: z.string().optional() }),
])

export type AdminAnswer = z.infer<typeof ANSWER>

export const REQUEST_BYTES_MAX = 4096
