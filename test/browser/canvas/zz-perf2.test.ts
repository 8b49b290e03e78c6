/// <reference lib="dom" />
import { test } from 'vitest'
import { startHarness } from './harness-server.js'
test('perf', async () => {
  const h = await startHarness()
  try {
    const page = await h.open('many')
    const cdp = await page.context().newCDPSession(page)
    await page.evaluate(async () => { const cy=(document.querySelector('.graph') as any)._cyreg.cy; cy.zoom({level: 1, renderedPosition:{x:400,y:300}}); for (let i=0;i<30;i++) { cy.panBy({x: i<15?7:-7, y: i%2?3:-3}); await new Promise(requestAnimationFrame); await new Promise((r)=>requestIdleCallback(r as any)) } })
    const ev: any[] = []; cdp.on('Tracing.dataCollected', (d)=>ev.push(...d.value))
    await cdp.send('Tracing.start', { traceConfig: { includedCategories: ['devtools.timeline','disabled-by-default-devtools.timeline','cc','blink','toplevel','viz'] } } as any)
    await page.evaluate(async () => {
        const cy = (document.querySelector('.graph') as any)._cyreg?.cy
        for (let i=0;i<40;i++) { cy.panBy({x: i<20?7:-7, y: i%2?3:-3}); await new Promise(requestAnimationFrame) }
    })
    const done = new Promise((r)=>cdp.once('Tracing.tracingComplete', r as any)); await cdp.send('Tracing.end'); await done
    const names = new Map<string,string>(); for (const e of ev) if (e.name==='thread_name') names.set(e.pid+':'+e.tid, e.args.name)
    const sum = new Map<string,[number,number]>()
    for (const e of ev) if (e.ph==='X' && e.tdur) { const k=(names.get(e.pid+':'+e.tid)??'?')+' '+e.name; const v=sum.get(k)??[0,0]; v[0]+=e.tdur; v[1]++; sum.set(k,v) }
    console.log('T', [...sum].sort((a,b)=>b[1][0]-a[1][0]).slice(0,45).map(([k,v])=>`${k} ${(v[0]/40/1000).toFixed(2)}ms x${(v[1]/40).toFixed(1)}`).join('\n'))
  } finally { await h.close() }
}, 120000)
