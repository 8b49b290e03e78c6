/** A process of its own, some to be killed: saves one file over and over, or once, or keeps unsaved work and waits. */
import { readFileSync } from 'node:fs'
import { fingerprintOf } from '../../../electron/session/files/lab-text.js'
import { saveLabFile } from '../../../electron/session/files/save.js'
import { UnsavedWork } from '../../../electron/session/files/unsaved.js'

/** A test that forgets it must not leave it running (milliseconds). */
const lifeMs = 30_000

setTimeout(() => process.exit(1), lifeMs)
const [first = '', second = ''] = process.argv.slice(2)
if (first === '--keep') {
  await new UnsavedWork(second).keep({ id: 'theirs', path: null, text: 'work\n' })
  process.stdout.write('kept\n')
} else if (first === '--once') {
  const saved = await saveLabFile(second, 'mine\n', fingerprintOf(readFileSync(second)))
  process.stdout.write(saved.ok ? 'saved' : saved.failure.code)
  process.exit(0)
} else {
  for (let turn = 0; ; turn++) {
    const letter = ['a', 'b', 'c', 'd'][turn % 4] as string
    const saved = await saveLabFile(first, letter.repeat(300_000), fingerprintOf(readFileSync(first)))
    if (!saved.ok) throw new Error(saved.failure.message)
    process.stdout.write('.')
  }
}
