import './ui/fonts.css'
import './ui/tokens.css'
import './ui/frame.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { shellLink } from './connection/shell-address.js'
import { App as AppState } from './state/app.svelte.js'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no #app')
const app = new AppState(shellLink())
mount(App, { target, props: { app } })
void app.link.start()
