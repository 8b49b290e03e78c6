/** Whether a text is well-formed XML 1.0, as far as reports go: legal characters, escaped text, tags that match. */
export function wellFormed(xml: string): boolean {
  // XML 1.0, 2.2: what no document may hold, not even as a reference.
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(xml)) return false
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
  if (body === xml) return false
  const open: string[] = []
  const token = /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/gy
  let at = 0
  for (let match = token.exec(body); match; match = token.exec(body)) {
    at = token.lastIndex
    const [, end, name = '', attributes = '', empty, text = ''] = match
    if (/&(?!#\d+;)/.test(attributes + text)) return false
    if (end) {
      if (open.pop() !== name) return false
    } else if (name !== '' && !empty) open.push(name)
  }
  return at === body.length && open.length === 0
}
