/** What takes all interfaces out of a namespace that itself stays. */
import { endsOf } from '../lab/ends.js'
import { parseEndpoint } from '../lab/endpoint.js'
import type { LabFile } from '../lab/schema.js'
import { own } from '../own.js'
import type { LabChange } from './lab-change.js'

/** Each cable once, though both of its ends may be here. */
export function emptied(file: LabFile, namespace: string): readonly LabChange[] {
  const entry = own(file.namespaces, namespace)
  const cabled = (file.links ?? []).flatMap((link) => {
    const [end] = endsOf(link)
      .map(parseEndpoint)
      .filter((each) => each.namespace === namespace)
    return end ? [end.interface] : []
  })
  const ends = new Set((file.links ?? []).flatMap((link) => endsOf(link)))
  const bare = [...Object.keys(entry?.bridges ?? {}), ...Object.keys(entry?.interfaces ?? {})].filter(
    (name) => name !== 'lo' && !ends.has(`${namespace}:${name}`),
  )
  const tunnels = (file.tunnels ?? []).flatMap((each) => (each.namespace === namespace ? [each.name] : []))
  return [...new Set([...cabled, ...bare, ...tunnels])].map((name) => ({ op: 'link-delete', namespace, name }))
}
