// Everything the log has to bring back, as one value to compare.

import type { Channel } from "../../src/core/channel.ts"
import type { Network } from "../../src/core/network.ts"
import type { User } from "../../src/core/user.ts"

/** The state of a network; two that are equal answer every command alike. The order of members counts, since NAMES shows it. */
export function digest(net: Network): string {
  return JSON.stringify({
    startedAt: net.startedAt,
    usersMost: net.usersMost,
    casemapping: net.casemapping,
    gone: net.gone,
    lockedSince: net.lockedSince,
    bans: [...net.bans],
    invitations: [...net.invitations.values()].map(({ requests, ...own }) => [
      own,
      requests && [...requests],
    ]),
    certificates: [...net.certificates],
    epochs: net.epochs,
    accounts: [...net.accounts].map(([name, account]) => {
      const { metadata, certificates, readMarkers, ...own } = account
      return [
        name,
        Object.entries(own).toSorted(),
        [...certificates],
        [...certificates.keys()].every((one) => net.accountPinning(one) === account),
        [...metadata],
        [...readMarkers],
        net.userOf(account)?.id,
        net.accountOf(account.id) === account,
      ]
    }),
    users: [...net.users.values()].map(user),
    channels: [...net.channels.values()].map(channel),
    audit: net.audit && channel(net.audit),
  })
}

function user({ account, metadata, modes, channels, invitations, accepted, ...own }: User) {
  return {
    ...own,
    sessions: undefined,
    // A guest's are not kept.
    readMarkers: undefined,
    account: account?.id,
    accepted: [...accepted],
    metadata: [...metadata],
    modes: [...modes].toSorted(),
    channels: [...channels].map(([one, member]) => [one.id, member.prefixes, member.joined.seq]),
    invitations: [...invitations].map((one) => one.id).toSorted((a, b) => a - b),
  }
}

function channel({ flags, lists, members, metadata, founder, roles, ...own }: Channel) {
  return {
    ...own,
    founder: founder?.id,
    roles: [...roles].map(([account, bits]) => [account.id, bits]),
    flags: [...flags].toSorted(),
    metadata: [...metadata],
    lists: [...lists].map(([letter, masks]) => [letter, [...masks]]),
    members: [...members].map(([one, member]) => [one.id, member.prefixes, member.joined.seq]),
  }
}
