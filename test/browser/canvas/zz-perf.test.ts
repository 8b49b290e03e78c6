/// <reference lib="dom" />
import { test } from 'vitest'
import { startHarness } from './harness-server.js'
test('perf', async () => {
  const h = await startHarness()
  try {
    const page = await h.open('many')
    page.on('pageerror', e=>console.log('E', String(e)))
    await page.waitForTimeout(4000)
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    const metrics = async () => Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map((m)=>[m.name,m.value])) as Record<string, number>
    const pan = async (label: string, level: number, css: string) => {
      await page.evaluate(([level, css]) => { const cy=(document.querySelector('.graph') as any)._cyreg.cy; if(level) cy.zoom({level, renderedPosition:{x:400,y:300}}); let s=document.getElementById('zz'); if(!s){s=document.createElement('style'); s.id='zz'; document.head.append(s)}; s.textContent=css as string }, [level,css] as const)
      await page.evaluate(async () => { const cy=(document.querySelector('.graph') as any)._cyreg.cy; for (let i=0;i<30;i++) { cy.panBy({x: i<15?7:-7, y: i%2?3:-3}); await new Promise(requestAnimationFrame); await new Promise((r)=>requestIdleCallback(r as any)) } })
      const a = await metrics()
      const r = await page.evaluate(async () => {
        const cy = (document.querySelector('.graph') as any)._cyreg?.cy
        const t=performance.now()
        for (let i=0;i<60;i++) { 
          cy.panBy({x: i<30?7:-7, y: i%2?3:-3})
          await new Promise(requestAnimationFrame)
        }
        return { zoom: cy.zoom(), wall: (performance.now()-t)/60 }
      })
      const b = await metrics()
      console.log(label, JSON.stringify(r), ['TaskDuration','ScriptDuration','LayoutDuration','RecalcStyleDuration'].map(k=>k+' '+(((b[k]??0)-(a[k]??0))/60*1000).toFixed(2)).join(' '))
    }
    for (const l of [0.6,1]) {
    await pan('all',l,'')
    await pan('no svg',l,'div.layer{display:none}'); await pan('no text',l,'.layer text{display:none}'); await pan('static',l,'.layer{transform:none!important}')
    if(0) await pan('no canvas',l,'.graph canvas{display:none!important}')
    if(0) await pan('none',l,'.graph canvas{display:none!important} div.layer{display:none} .dots{display:none}')
    }
  } finally { await h.close() }
}, 120000)
