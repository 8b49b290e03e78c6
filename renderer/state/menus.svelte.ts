/** The menu of what is selected on the canvas. */
export class Menus {
  /** Where it is open, in CSS pixels of the canvas. */
  open = $state.raw<{ readonly x: number; readonly y: number } | null>(null)
}
