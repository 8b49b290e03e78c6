/** Comments on lines of their own and behind values, blank lines: whatever a person leaves in a file. */
export const decorate = (
  text: string,
  marks: readonly number[],
): { readonly text: string; readonly comments: readonly string[] } => {
  const comments: string[] = []
  let literal = -1
  const lines = text.split('\n').flatMap((line, i) => {
    const indent = line.search(/\S|$/)
    // Inside a literal block a comment would be text.
    if (literal >= 0 && (line === '' || indent > literal)) return [line]
    literal = /: \|-?$|- \|-?$/.test(line) ? indent : -1
    const mark = marks[i % marks.length] ?? 0
    if (line === '' || mark > 3) return [line]
    const comment = `# note ${i} ${'!'.repeat(mark)}`
    comments.push(comment)
    if (mark === 0 || literal >= 0) return [' '.repeat(indent) + comment, line]
    return mark === 1 ? [`${line}   ${comment}`] : mark === 2 ? ['', comment, line] : [`${line} ${comment}`, '']
  })
  return { text: lines.join('\n'), comments }
}
