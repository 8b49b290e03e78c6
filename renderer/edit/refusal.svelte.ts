/** Why the last gesture was refused: said at the object that it was about, until the next gesture. */
import type { DeployFailure, Failure } from '../../electron/core/rpc.js'
import type { Problem } from '../../electron/core/lab/problem.js'
import type { Rect } from '../canvas/drawing.js'
import type { Target } from '../canvas/selection.js'
import { t } from '../i18n/text.svelte.js'
import type { Deploy } from '../state/deploy.svelte.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import { partsOf } from '../state/selection.svelte.js'
import { tell } from '../state/tell.js'
import { saidBeside, touchedByProblems } from './touched.js'

export interface Refused {
  /** The gesture, in words. */
  readonly title: string
  readonly failure: Failure | DeployFailure
  /** The object that it is said at, or where one was drawn (canvas units). */
  readonly beside: Target | Rect
}

interface Surroundings {
  readonly document: LabDocument
  readonly deploy: Deploy
  /** Where each namespace is drawn, by its name; empty where no picture is. */
  placed(): ReadonlyMap<string, Rect>
}

export class Refusal {
  now = $state.raw<Refused | null>(null)

  constructor(private readonly around: Surroundings) {}

  /** Where the objects are drawn now: to be asked before what was made is taken back. */
  spot(touched: readonly Target[]): Rect | undefined {
    const placed = this.around.placed()
    return touched.map(({ id }) => placed.get(id)).find((each) => each !== undefined)
  }

  /** It was in the lab already. @param spot where an object was drawn that has gone with it */
  ofKernel(label: string, failure: Failure | DeployFailure, touched: readonly Target[], spot: Rect | undefined): void {
    this.say(t('edit.takenBack', { what: label }), failure, touched, spot)
  }

  /** The file's own rules refuse it: one reason is enough to go on with. */
  ofLab(label: string, problems: readonly Problem[], touched: readonly Target[]): void {
    const [problem] = problems
    if (!problem) return
    const { code, message, said } = problem
    const failure = { code, message, ...(said && { said: said.message }), where: null, output: null }
    this.say(t('edit.refused', { what: label }), failure, [...touched, ...touchedByProblems(problems)])
  }

  /** @returns whether there was one */
  dismiss(): boolean {
    const refused = this.now
    this.now = null
    const { deploy } = this.around
    if (refused && deploy.failure === refused.failure) deploy.failure = null
    return refused !== null
  }

  /** Where nothing of it is drawn, in passing. */
  private say(title: string, failure: Failure | DeployFailure, touched: readonly Target[], spot?: Rect): void {
    const beside = saidBeside(touched, failure.where, (each) => this.isDrawn(each)) ?? spot
    if (beside) this.now = { title, failure, beside }
    else tell(failure)
  }

  /** A namespace of the picture, or what the lab has in one. */
  private isDrawn({ kind, id }: Target): boolean {
    const placed = this.around.placed()
    if (kind !== 'interface') return kind === 'namespace' && placed.has(id)
    const { namespace, name } = partsOf(id)
    const interfaces = this.around.document.lab?.namespaces.get(namespace)?.interfaces
    return placed.has(namespace) && (interfaces?.some((each) => each.name === name) ?? false)
  }
}
