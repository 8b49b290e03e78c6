/** Names and habits of containerlab (containerlab.dev/manual), as export and import both need them. */

/** A small image with iproute2, iptables and tc; it comes without a registry's name from Docker Hub. */
export const image = 'nicolaka/netshoot'

/** Tells which namespace a node is, where their names differ. */
export const namespaceLabel = 'vethlab-namespace'

/**
 * Names that containerlab takes for kinds of links where they stand in an endpoint, in any case of letters
 * (parseLinkType, links/link.go). `host` is the machine itself.
 */
export const reservedNodeNames: ReadonlySet<string> = new Set(
  'host mgmt-net macvlan veth vxlan vxlan-stitch dummy brief'.split(' '),
)

/** Bytes; what an interface has where nobody says. containerlab itself would take 9500, so exports say it. */
export const usualMtu = 1500

/** containerlab puts the environment into the file wherever `$` stands; two of them are one. */
export const escapeEnvironment = (text: string): string => text.replaceAll('$', '$$$$')

/** The text that containerlab sees, or null where it depends on the environment. */
export function withoutEnvironment(text: string): string | null {
  const pieces = text.split('$$')
  return pieces.some((piece) => piece.includes('$')) ? null : pieces.join('$')
}
