/// <reference lib="dom" />
import { test } from 'vitest'
import { startHarness } from './harness-server.js'
test('perf', async () => {
  const h = await startHarness()
  try {
    const page = await h.open('gateway')
    const out = await page.evaluate(async () => {
        const cy = (document.querySelector('.graph') as any)._cyreg?.cy
        const sty = cy.style(); const orig = Object.getPrototypeOf(sty).apply; const seen: Record<string,number>={}; let stack=''
        await new Promise(r=>setTimeout(r,500))
        Object.getPrototypeOf(sty).apply = function(e: any){ const k=e.map((x:any)=>x.id()).join(';'); seen[k]=(seen[k]??0)+1; stack ||= new Error().stack!; return orig.call(this,e) }
        const p0 = cy.nodes()[0]; const proto=Object.getPrototypeOf(p0); const od=proto.dirtyStyleCache; let ds=''
        for (const n of ['updateStyle','dirtyStyleCache','cleanStyle']) { const o=proto[n]; if(o) proto[n]=function(...a:any[]){ if(n==='updateStyle') ds ||= new Error().stack!; return o.apply(this,a)} }
        for (let i=0;i<10;i++) { cy.panBy({x: i<5?7:-7, y: i%2?3:-3}); await new Promise(requestAnimationFrame) }
        return {seen, stack, ds}
    })
    console.log('OUT', JSON.stringify(out,null,1))
  } finally { await h.close() }
}, 120000)
