// The capabilities this server offers: https://ircv3.net/specs/extensions/capability-negotiation.html. A session's
// capabilities are one number, so that asking for one costs a single AND in the fan-out.

import type { Limits } from "./limits.ts"

export interface Capability {
  readonly name: string
  readonly bit: number
  readonly specification: string
  /** What `CAP LS 302` writes after `=`, where no setting changes it. */
  readonly value?: (limits: Limits) => string
  /** Whether a line can look otherwise for a session that has it; only these bits divide the cache of rendered lines. */
  readonly renders: boolean
}

const extension = (page: string) => `https://ircv3.net/specs/extensions/${page}.html`

export const MESSAGE_TAGS = 1 << 0
export const SERVER_TIME = 1 << 1
export const ECHO_MESSAGE = 1 << 2
export const LABELED_RESPONSE = 1 << 3
export const BATCH = 1 << 4
export const STANDARD_REPLIES = 1 << 5
export const MULTI_PREFIX = 1 << 6
export const EXTENDED_JOIN = 1 << 7
export const ACCOUNT_TAG = 1 << 8
export const ACCOUNT_NOTIFY = 1 << 9
export const CAP_NOTIFY = 1 << 10
export const CHATHISTORY = 1 << 11
export const SETNAME = 1 << 12
export const AWAY_NOTIFY = 1 << 13
export const INVITE_NOTIFY = 1 << 14
export const USERHOST_IN_NAMES = 1 << 15
export const NO_IMPLICIT_NAMES = 1 << 16
export const EXTENDED_MONITOR = 1 << 17
export const PRE_AWAY = 1 << 18
export const EXTENDED_ISUPPORT = 1 << 19
export const CHANNEL_RENAME = 1 << 20
export const METADATA = 1 << 21
export const SASL = 1 << 22
export const ACCOUNT_REGISTRATION = 1 << 23
export const MULTILINE = 1 << 24
export const MESSAGE_REDACTION = 1 << 25
export const EVENT_PLAYBACK = 1 << 26
export const READ_MARKER = 1 << 27
export const SEARCH = 1 << 28
export const CLIENT_CERT = 1 << 29
export const CHGHOST = 1 << 30

export const CAPABILITIES: readonly Capability[] = [
  { name: "account-notify", bit: ACCOUNT_NOTIFY, specification: extension("account-notify"), renders: false },
  { name: "account-tag", bit: ACCOUNT_TAG, specification: extension("account-tag"), renders: true },
  { name: "away-notify", bit: AWAY_NOTIFY, specification: extension("away-notify"), renders: false },
  { name: "batch", bit: BATCH, specification: extension("batch"), renders: false },
  { name: "cap-notify", bit: CAP_NOTIFY, specification: extension("capability-negotiation"), renders: false },
  { name: "chghost", bit: CHGHOST, specification: extension("chghost"), renders: false },
  {
    name: "draft/account-registration",
    bit: ACCOUNT_REGISTRATION,
    specification: extension("account-registration"),
    renders: false,
  },
  {
    name: "draft/channel-rename",
    bit: CHANNEL_RENAME,
    specification: extension("channel-rename"),
    renders: false,
  },
  { name: "draft/chathistory", bit: CHATHISTORY, specification: extension("chathistory"), renders: false },
  {
    name: "draft/event-playback",
    bit: EVENT_PLAYBACK,
    specification: extension("chathistory"),
    renders: false,
  },
  {
    name: "draft/extended-isupport",
    bit: EXTENDED_ISUPPORT,
    specification: extension("extended-isupport"),
    renders: false,
  },
  {
    name: "draft/metadata-3",
    bit: METADATA,
    specification: extension("metadata"),
    value: ({ metadataSubs, metadataKeys, metadataValueBytes }) =>
      `before-connect,max-subs=${metadataSubs},max-keys=${metadataKeys},max-value-bytes=${metadataValueBytes}`,
    renders: false,
  },
  {
    name: "draft/message-redaction",
    bit: MESSAGE_REDACTION,
    specification: extension("message-redaction"),
    renders: false,
  },
  {
    name: "draft/multiline",
    bit: MULTILINE,
    specification: extension("multiline"),
    value: ({ multilineBytes, multilineLines }) => `max-bytes=${multilineBytes},max-lines=${multilineLines}`,
    renders: false,
  },
  { name: "draft/pre-away", bit: PRE_AWAY, specification: extension("pre-away"), renders: false },
  { name: "draft/read-marker", bit: READ_MARKER, specification: extension("read-marker"), renders: false },
  { name: "echo-message", bit: ECHO_MESSAGE, specification: extension("echo-message"), renders: false },
  { name: "extended-join", bit: EXTENDED_JOIN, specification: extension("extended-join"), renders: true },
  {
    name: "extended-monitor",
    bit: EXTENDED_MONITOR,
    specification: extension("extended-monitor"),
    renders: false,
  },
  { name: "invite-notify", bit: INVITE_NOTIFY, specification: extension("invite-notify"), renders: false },
  {
    name: "labeled-response",
    bit: LABELED_RESPONSE,
    specification: extension("labeled-response"),
    renders: false,
  },
  { name: "message-tags", bit: MESSAGE_TAGS, specification: extension("message-tags"), renders: true },
  { name: "multi-prefix", bit: MULTI_PREFIX, specification: extension("multi-prefix"), renders: false },
  {
    name: "no-implicit-names",
    bit: NO_IMPLICIT_NAMES,
    specification: extension("no-implicit-names"),
    renders: false,
  },
  { name: "sasl", bit: SASL, specification: extension("sasl-3.2"), renders: false },
  { name: "server-time", bit: SERVER_TIME, specification: extension("server-time"), renders: true },
  { name: "setname", bit: SETNAME, specification: extension("setname"), renders: false },
  {
    name: "soju.im/client-cert",
    bit: CLIENT_CERT,
    specification: "https://codeberg.org/emersion/soju/src/branch/master/doc/ext/client-cert.md",
    renders: false,
  },
  {
    name: "soju.im/search",
    bit: SEARCH,
    specification: "https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md",
    renders: false,
  },
  {
    name: "standard-replies",
    bit: STANDARD_REPLIES,
    specification: extension("standard-replies"),
    renders: false,
  },
  {
    name: "userhost-in-names",
    bit: USERHOST_IN_NAMES,
    specification: extension("userhost-in-names"),
    renders: false,
  },
]

/** The bits that divide the cache of rendered lines. */
export const RENDERING = CAPABILITIES.reduce((mask, c) => (c.renders ? mask | c.bit : mask), 0)
