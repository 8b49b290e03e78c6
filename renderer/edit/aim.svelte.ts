/** A cable in the air: whether it can be plugged in there, in words, and what the kernel would be told. */
import type { Beside, Place } from '../../electron/core/change/building.js'
import { changeSource } from '../../electron/core/change/change.js'
import { connect } from '../../electron/core/change/gestures.js'
import { replug } from '../../electron/core/change/replug.js'
import type { Endpoint } from '../../electron/core/lab/lab.js'
import { normalise } from '../../electron/core/lab/normalise.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { own } from '../../electron/core/own.js'
import { saidHere, t } from '../i18n/text.svelte.js'
import type { Deploy } from '../state/deploy.svelte.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import { nameOf } from './place.js'

export class Aim {
  /** Null while no cable is in the air. */
  words = $state<string | null>(null)

  constructor(
    private readonly document: LabDocument,
    private readonly deploy: Deploy,
    private readonly beside: () => Beside,
  ) {}

  /** @param end where a cable is plugged in already: it goes over there */
  at(from: Place | null, over: Place | null, end: Endpoint | null): void {
    const { source } = this.document
    this.words = null
    this.deploy.proposed = null
    if (!from || !source) return
    if (!over) {
      this.words = t(end ? 'edit.aimBack' : 'edit.aimNothing')
      return
    }
    const gestured = end ? replug(source, end, over, this.beside()) : connect(source, from, over, this.beside())
    const changed = gestured.ok ? changeSource(source, gestured.changes) : gestured
    if (!changed.ok) {
      const [problem] = changed.problems
      this.words = problem ? (problem.said ? saidHere(problem.said.message) : problem.message) : null
      return
    }
    const file = changed.source.value as LabFile
    this.deploy.proposed = normalise(file)
    const ports =
      over.bridge === undefined ? null : own(own(file.namespaces, over.namespace)?.bridges, over.bridge)?.ports
    this.words = ports
      ? t('edit.aimPort', { name: over.bridge ?? '', number: ports.length })
      : t('edit.aimNamespace', { name: nameOf(over) })
  }
}
