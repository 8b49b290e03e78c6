import axe from 'axe-core'
import type { AxeResults } from 'axe-core'
import type { LabWindow } from './window.js'

/**
 * Rules of WCAG 2.2 A and AA and good practice, in words. Not those for documents: the window has no heading of its own,
 * and the handles between its parts belong to none of them.
 */
export async function violations(window: LabWindow): Promise<string[]> {
  await window.page.evaluate(axe.source)
  const { violations: found } = (await window.page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: { 'page-has-heading-one': { enabled: false }, region: { enabled: false } } })`,
  )) as AxeResults
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
  )
}
