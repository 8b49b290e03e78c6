import { test } from 'vitest'
import { startHarness } from './harness-server.js'
test('shots', async () => {
  const h = await startHarness()
  try {
    const list=(process.env.SHOTS ?? 'nat').split(',')
    for (const spec of list) {
      const [name, theme='dark', language='en'] = spec.split(':') as [string, 'dark', 'en']
      const t0=Date.now()
      const page = await h.open(name, {theme, language}).catch((e)=>{console.log(name, String(e)); return null})
      if(!page) continue
      page.on('console', m=>console.log(m.text()))
      await page.waitForTimeout(200)
      await page.screenshot({ path: `/tmp/shots/${name}-${theme}-${language}.png`, clip: {x:304,y:48,width:844,height:591} })
      console.log(name, Date.now()-t0)
      await page.close()
    }
  } finally { await h.close() }
}, 180000)
