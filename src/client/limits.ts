// What a server may make this program remember. Honest ones stay far below; one that is not must not fill a computer's memory.

/** Channels that we are in. */
export const CHANNELS_MAX = 1_000
/** Members of all of them. */
export const MEMBERS_MAX = 100_000
/** Conversations whose last message, name and read marker are known; those of longest ago are forgotten. */
export const CONVERSATIONS_MAX = 5_000
/** Ids of messages in all conversations, and characters of one; a longer one counts as none. */
export const IDS_MAX = 100_000
export const ID_LENGTH_MAX = 256
/** Batches open at once. */
export const BATCHES_MAX = 100
/** Characters of a message of several lines. */
export const MESSAGE_LENGTH_MAX = 65_536
/** Live events that wait for the history of their conversations. */
export const HELD_MAX = 10_000
/** Characters of the lines of one gap, and of all that are fetched at once; a line counts as so many more than it has. */
export const GAP_LENGTH_MAX = 33_554_432
export const GAPS_LENGTH_MAX = 134_217_728
export const LINE_LENGTH_OVERHEAD = 100
/** Masks of a channel's list of bans; those whose end was told before their MODE, and channels of these. */
export const BANS_MAX = 10_000
export const ENDS_MAX = 20
/** Tokens of ISUPPORT. */
export const TOKENS_MAX = 500
/** Characters of a challenge of SASL. */
export const CHALLENGE_LENGTH_MAX = 65_536

/** Sets it as the newest; what was set longest ago makes room. */
export function setNewest<K, V>(map: Map<K, V>, key: K, value: V, max: number) {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > max && oldest !== undefined) map.delete(oldest)
}
