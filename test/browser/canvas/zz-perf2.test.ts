/// <reference lib="dom" />
import { test } from 'vitest'
import { startHarness } from './harness-server.js'
test('perf', async () => {
  const h = await startHarness()
  try {
    const page = await h.open('many')
    await page.waitForTimeout(4000)
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Profiler.enable'); await cdp.send('Profiler.setSamplingInterval',{interval:300}); await cdp.send('Profiler.start')
    await page.evaluate(async () => {
        const cy = (document.querySelector('.graph') as any)._cyreg?.cy
        for (let i=0;i<40;i++) { cy.panBy({x: i<20?7:-7, y: i%2?3:-3}); await new Promise(requestAnimationFrame) }
    })
    const {profile} = await cdp.send('Profiler.stop'); const dt=profile.timeDeltas!; const byId=new Map(profile.nodes.map(n=>[n.id,n]));
    const parent=new Map<number,number>(); profile.nodes.forEach(n=>n.children?.forEach(c=>parent.set(c,n.id)))
    const tot=new Map<string,number>(), self=new Map<string,number>()
    profile.samples!.forEach((s,i)=>{ const seen=new Set<string>(); let id: number|undefined=s; const n0=byId.get(s)!; const k0=n0.callFrame.functionName+':'+n0.callFrame.lineNumber; self.set(k0,(self.get(k0)??0)+dt[i]!); while(id!==undefined){const n=byId.get(id)!; const k=n.callFrame.functionName+':'+n.callFrame.lineNumber; if(!seen.has(k)){seen.add(k); tot.set(k,(tot.get(k)??0)+dt[i]!)}; id=parent.get(id)} })
    const pr=(m: Map<string,number>)=>[...m].sort((a,b)=>b[1]-a[1]).slice(0,32).map(([k,v])=>`${k} ${(v/40/1000).toFixed(2)}`).join(' | ')
    console.log('TOTAL', pr(tot)); console.log('SELF', pr(self))
  } finally { await h.close() }
}, 120000)
