/** Counters beside those of nstat(8) that a diagnosis may look at. */

/** Frames that the root queueing discipline of an interface threw away, as `dropped` of `tc -s qdisc` counts them. */
export const dropsCounter = (dev: string): string => `qdisc ${dev} dropped`

/** Packets that connection tracking threw away, as `drop` of /proc/net/stat/nf_conntrack counts them. */
export const untrackedDrops = 'nf_conntrack drop'
