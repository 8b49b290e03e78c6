/**
 * What Electron does with signals. When its message loop is made - after the app's own script has run, before `ready` -
 * it sets handlers of its own by sigaction(2), which replaces those that Node has set: their listeners are never called
 * again, nor are any that join them, because libuv asks the kernel once per signal. The first signal quits the app, as
 * its menu would; from then on the signal has its default action, and the next one ends the process at once. A listener
 * that is the first of its signal afterwards replaces Electron's in turn.
 */
const ours = ['SIGTERM', 'SIGINT', 'SIGHUP']

export function takeSignals(quit) {
  for (const signal of ours) {
    const isDeaf = process.listenerCount(signal) > 0
    process.removeAllListeners(signal)
    process.once(signal, quit)
    process.on('newListener', (event, listener) => {
      if (event !== signal) return
      // It is not among the listeners yet.
      queueMicrotask(() => process.removeListener(signal, isDeaf ? listener : quit))
    })
  }
}
