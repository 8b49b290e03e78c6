/// <reference lib="dom" />
import { test } from 'vitest'
import { startHarness } from './harness-server.js'
test('perf', async () => {
  const h = await startHarness()
  try {
    const page = await h.open('many')
    page.on('console', m=>console.log('C', m.text()))
    page.on('pageerror', e=>console.log('E', String(e)))
    const pan = async (label: string) => {
      const r = await page.evaluate(async () => {
        const cy = (document.querySelector('.graph') as any)._cyreg?.cy
        const frames: number[] = []
        let last = performance.now()
        for (let i=0;i<60;i++) { 
          cy.panBy({x: i<30?7:-7, y: i%2?3:-3})
          await new Promise(requestAnimationFrame)
          const n=performance.now(); frames.push(n-last); last=n
        }
        frames.sort((a,b)=>a-b)
        return { zoom: cy.zoom(), n: cy.elements().length, median: frames[30], p90: frames[54], max: frames[59] }
      })
      console.log(label, JSON.stringify(r))
    }
    await pan('fit')
    await page.evaluate(() => { const cy=(document.querySelector('.graph') as any)._cyreg.cy; cy.zoom({level:0.3, renderedPosition:{x:400,y:300}}) })
    await page.waitForTimeout(400); await pan('0.3')
    await page.evaluate(() => { const cy=(document.querySelector('.graph') as any)._cyreg.cy; cy.zoom({level:0.6, renderedPosition:{x:400,y:300}}) })
    await page.waitForTimeout(400); await pan('0.6')
    await page.evaluate(() => { const cy=(document.querySelector('.graph') as any)._cyreg.cy; cy.zoom({level:1, renderedPosition:{x:400,y:300}}) })
    await page.waitForTimeout(400); await pan('1')
    await page.close()
    const p2 = await h.open('star100')
    for (let i=0;i<5;i++) {
    const t = await p2.evaluate(async (i) => {
      const start = performance.now()
      ;(window as any).harness.live((live: any) => ({...live, revision: live.revision+1, namespaces: live.namespaces.map((n: any) => n.name==='ns5' ? {...n, links: n.links.map((l: any)=> l.name==='eth0' ? {...l, up: i%2===1, carrier: i%2===1}: l)} : n)}))
      await new Promise((d)=>requestAnimationFrame(()=>{ const c=new MessageChannel(); c.port1.onmessage=d as any; c.port2.postMessage(0)}))
      return performance.now()-start
    }, i)
    console.log('event to frame', t)
    }
  } finally { await h.close() }
}, 120000)
