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
    for (const l of [0,0.3,0.6,1]) await pan('all',l,'')
    await page.close()
    const p2 = await h.open('star100')
    const c2 = await p2.context().newCDPSession(p2)
    await c2.send('Performance.enable', { timeDomain: 'threadTicks' })
    const m2 = async () => Object.fromEntries((await c2.send('Performance.getMetrics')).metrics.map((m)=>[m.name,m.value])) as Record<string, number>
    await p2.waitForTimeout(3000)
    for (let i=0;i<6;i++) {
    const a = await m2()
    const t = await p2.evaluate(async (i) => {
      const start = performance.now()
      ;(window as any).harness.live((live: any) => ({...live, revision: live.revision+1, namespaces: live.namespaces.map((n: any) => n.name==='ns5' ? {...n, links: n.links.map((l: any)=> l.name==='eth0' ? {...l, up: i%2===1, carrier: i%2===1}: l)} : n)}))
      await new Promise((d)=>requestAnimationFrame(()=>{ const c=new MessageChannel(); c.port1.onmessage=d as any; c.port2.postMessage(0)}))
      return performance.now()-start
    }, i)
    const b = await m2()
    console.log('event to frame wall', t, 'cpu', ((b['TaskDuration']!-a['TaskDuration']!)*1000).toFixed(1), 'script', ((b['ScriptDuration']!-a['ScriptDuration']!)*1000).toFixed(1))
    }
  } finally { await h.close() }
}, 120000)
