/// <reference lib="dom" />
import { test } from 'vitest'
import { startHarness } from './harness-server.js'
test('perf', async () => {
  const h = await startHarness()
  try {
    const page = await h.open('star100')
    await page.waitForTimeout(2000)
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Profiler.enable'); await cdp.send('Profiler.setSamplingInterval',{interval:200}); await cdp.send('Profiler.start')
    const N=12
    for (let i=0;i<N;i++) await page.evaluate(async (i) => {
      ;(window as any).harness.live((live: any) => ({...live, revision: live.revision+1, namespaces: live.namespaces.map((n: any) => n.name==='ns5' ? {...n, links: n.links.map((l: any)=> l.name==='eth0' ? {...l, up: i%2===1, carrier: i%2===1}: l)} : n)}))
      await new Promise((d)=>requestAnimationFrame(()=>{ const c=new MessageChannel(); c.port1.onmessage=d as any; c.port2.postMessage(0)}))
    }, i)
    const {profile} = await cdp.send('Profiler.stop'); const dt=profile.timeDeltas!; const byId=new Map(profile.nodes.map(n=>[n.id,n]));
    const parent=new Map<number,number>(); profile.nodes.forEach(n=>n.children?.forEach(c=>parent.set(c,n.id)))
    const tot=new Map<string,number>(), self=new Map<string,number>()
    profile.samples!.forEach((s,i)=>{ const seen=new Set<string>(); let id: number|undefined=s; const n0=byId.get(s)!; const k0=n0.callFrame.functionName+':'+n0.callFrame.lineNumber; self.set(k0,(self.get(k0)??0)+dt[i]!); while(id!==undefined){const n=byId.get(id)!; const k=n.callFrame.functionName+':'+n.callFrame.lineNumber; if(!seen.has(k)){seen.add(k); tot.set(k,(tot.get(k)??0)+dt[i]!)}; id=parent.get(id)} })
    const pr=(m: Map<string,number>)=>[...m].sort((a,b)=>b[1]-a[1]).slice(0,45).map(([k,v])=>`${k} ${(v/N/1000).toFixed(2)}`).join(' | ')
    console.log('TOTAL', pr(tot)); console.log('SELF', pr(self))
  } finally { await h.close() }
}, 120000)
