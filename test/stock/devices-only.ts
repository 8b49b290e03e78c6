import { writeFileSync } from 'node:fs'
import { startSandbox } from '../../electron/session/sandbox.js'
import { studyDevices } from './devices.js'
const started = await startSandbox()
if (!started.ok) throw new Error(started.failure.message)
try {
  console.log(JSON.stringify(await studyDevices(started.session, 'test/fixtures/labs/devices.vethlab.yaml'), null, 1))
} finally {
  await started.session.close()
}
