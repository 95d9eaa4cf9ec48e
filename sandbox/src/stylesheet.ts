import { createHash } from 'node:crypto'
import { Html } from './html.ts'

/** One stylesheet for all pages of the sandbox, inline: no request, and the policy names it by its hash. */
const CSS = `
:root{color-scheme:light dark;--paper:#f6f5f2;--card:#fff;--ink:#1d1c1a;--soft:#5d5a54;--line:#dedbd4;--accent:#1f4fd8;--on-accent:#fff;--accent-soft:#e9eefc;--good:#17693a;--good-soft:#e4f3e9;--bad:#a3271c;--bad-soft:#fbe9e7;--warn:#7a4d00;--warn-soft:#fbf0da}
@media (prefers-color-scheme:dark){:root{--paper:#141412;--card:#1e1e1b;--ink:#f0eee9;--soft:#aeaaa1;--line:#35342f;--accent:#8fb0ff;--on-accent:#0d1a3d;--accent-soft:#1f2a47;--good:#7fd6a0;--good-soft:#16301f;--bad:#ff9d92;--bad-soft:#3d1c18;--warn:#f0c270;--warn-soft:#35290f}}
*{box-sizing:border-box}
html{font:400 1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;display:flex;flex-direction:column}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem;letter-spacing:-.01em;overflow-wrap:anywhere;text-wrap:balance}
h2{font-size:1rem;margin:1.75rem 0 .5rem}
p{margin:.5rem 0}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
main:focus{outline:none}
.skip{position:absolute;left:-999rem;top:.5rem;background:var(--card);padding:.75rem 1rem;z-index:1}
.skip:focus{left:.5rem}
.bar{display:flex;justify-content:space-between;align-items:center;gap:1rem;padding:.5rem 1.25rem;min-height:3.5rem;background:var(--card);border-bottom:1px solid var(--line)}
.brand{font-weight:650;color:var(--ink);text-decoration:none;display:inline-flex;align-items:center;gap:.6rem;min-height:2.75rem}
.brand::before{content:"";width:.7rem;height:1.1rem;border-radius:2px;background:var(--accent);-webkit-mask:radial-gradient(circle .2rem at 50% 0,#0000 98%,#000) 0 0/100% 51% no-repeat,radial-gradient(circle .2rem at 50% 100%,#0000 98%,#000) 0 100%/100% 51% no-repeat;mask:radial-gradient(circle .2rem at 50% 0,#0000 98%,#000) 0 0/100% 51% no-repeat,radial-gradient(circle .2rem at 50% 100%,#0000 98%,#000) 0 100%/100% 51% no-repeat}
.bar nav{display:flex;gap:.25rem;font-size:.9rem}
.bar nav>*{padding:.6rem .5rem;white-space:nowrap}
.bar nav [aria-current]{color:var(--soft)}
main{flex:1;width:100%;max-width:62rem;margin:0 auto;padding:2rem 1.25rem 3rem}
footer{padding:1rem 1.25rem 1.5rem;color:var(--soft);font-size:.875rem;text-align:center}
footer p{margin:0 auto;max-width:40rem;text-wrap:balance}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.75rem}
.narrow{max-width:27rem;margin:1rem auto}
.eyebrow{color:var(--soft);font-size:.875rem;margin:0 0 .35rem;overflow-wrap:anywhere}
.amount{font-size:2.25rem;font-weight:650;letter-spacing:-.02em;line-height:1.2;margin:.25rem 0 1.25rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.stack{display:grid;gap:.65rem;margin:0}
button,.button,input{font:inherit;border-radius:8px;min-height:2.85rem;padding:.6rem 1rem}
button,.button{display:inline-flex;justify-content:center;align-items:center;text-align:center;border:1px solid var(--line);background:var(--card);color:var(--ink);font-weight:550;cursor:pointer;text-decoration:none}
button:hover,.button:hover{border-color:var(--soft)}
.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
.primary:hover{border-color:var(--accent);filter:brightness(.94)}
.danger{color:var(--bad)}
.quiet{border-color:transparent;background:none;color:var(--accent)}
.split{display:grid;grid-template-columns:1fr 1fr;gap:.65rem}
.notice{border-radius:8px;padding:.75rem 1rem;margin:0 0 1.25rem;background:var(--warn-soft);color:var(--warn);font-size:.925rem}
.notice.good{background:var(--good-soft);color:var(--good)}
.notice.bad{background:var(--bad-soft);color:var(--bad)}
.notice p{margin:0}
.head{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:end;gap:.75rem 1.5rem;margin-bottom:1.25rem}
.head h1,.head p{margin:0}
.soft{color:var(--soft)}
.search{display:flex;gap:.5rem;margin:0 0 1.25rem;flex-wrap:wrap;align-items:end}
.search label{flex:1 1 14rem;display:grid;gap:.25rem;font-size:.875rem;color:var(--soft)}
input{width:100%;border:1px solid color-mix(in srgb,var(--soft) 75%,transparent);background:var(--card);color:var(--ink)}
.list{list-style:none;margin:0;padding:0;background:var(--card);border:1px solid var(--line);border-radius:12px;overflow:hidden}
.list>li+li{border-top:1px solid var(--line)}
.row{display:grid;grid-template-columns:minmax(0,14rem) minmax(0,1fr) auto;gap:.15rem 1.25rem;padding:.85rem 1.25rem;color:inherit;text-decoration:none;align-items:baseline}
a.row:hover{background:var(--accent-soft)}
a.row:focus-visible{outline-offset:-3px;border-radius:12px}
.row>*{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.row strong{font-weight:600}
.row time,.row .meta{color:var(--soft);font-size:.875rem;font-variant-numeric:tabular-nums}
.row .wrap{white-space:pre-wrap;overflow-wrap:anywhere}
.empty{padding:3rem 1.25rem;text-align:center;color:var(--soft)}
.empty p{margin:.25rem auto;max-width:30rem}
.facts{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.25rem 1.25rem;margin:1rem 0 0;font-size:.925rem}
.facts dt{color:var(--soft)}
.facts dd{margin:0;overflow-wrap:anywhere}
.tabs{display:flex;gap:.25rem;border-bottom:1px solid var(--line);margin:1.5rem 0 0;overflow-x:auto}
.tabs a{padding:.7rem .9rem;color:var(--soft);text-decoration:none;border-bottom:3px solid transparent;white-space:nowrap}
.tabs a:focus-visible{outline-offset:-3px}
.tabs [aria-current]{color:var(--ink);border-color:var(--accent);font-weight:600}
.mail{display:block;width:100%;height:70vh;min-height:24rem;border:1px solid var(--line);border-top:0;border-radius:0 0 12px 12px;background:#fff}
.text{margin:0;padding:1.25rem;background:var(--card);border:1px solid var(--line);border-top:0;border-radius:0 0 12px 12px;white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;min-height:12rem}
.text.code{font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.plain{list-style:none;margin:0;padding:0;display:grid;gap:.35rem}
.plain a{overflow-wrap:anywhere}
.bubble{max-width:36rem;margin:0;padding:.75rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:4px 16px 16px 16px;white-space:pre-wrap;overflow-wrap:anywhere}
.thread{display:grid;gap:1.5rem;list-style:none;margin:0;padding:0}
.thread .meta{color:var(--soft);font-size:.875rem;margin:0 0 .35rem}
.thread .meta strong{color:var(--ink)}
.pager{margin:1.25rem 0 0}
@media (max-width:40rem){main{padding:1.25rem 1rem 2.5rem}.bar{padding:.35rem 1rem;gap:.5rem}.brand{font-size:.95rem}.bar nav{font-size:.85rem;gap:0}.bar nav>*{padding:.7rem .4rem}.card{padding:1.25rem}.row{grid-template-columns:minmax(0,1fr) auto;padding:.85rem 1rem}.row .subject{grid-column:1/-1;grid-row:2}.amount{font-size:2rem}}
@media (forced-colors:active){.brand::before{display:none}.tabs [aria-current]{border-color:Highlight}}
`

export const stylesheet = new Html(CSS)
export const stylesheetHash = `sha256-${createHash('sha256').update(CSS).digest('base64')}`
