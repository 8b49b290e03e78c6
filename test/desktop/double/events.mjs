/** Emits an event that listeners may prevent; true where one has. */
export function emitPreventable(emitter, name, details = {}, ...more) {
  const event = {
    ...details,
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true
    },
  }
  emitter.emit(name, event, ...more)
  return event.defaultPrevented
}
