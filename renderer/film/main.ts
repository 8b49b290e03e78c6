/** The page of a film file. */
import '../ui/tokens.css'
import '../canvas/canvas.css'
import '../canvas/canvas-screen.css'
import './film.css'
import { mount } from 'svelte'
import { buildFilm } from '../trace/film.js'
import { Player } from '../trace/player.svelte.js'
import FilmPage from './FilmPage.svelte'
import { readFilm } from './read-film.js'
import { startLanguage } from './words.svelte.js'

startLanguage()
const target = document.getElementById('app')
if (target) {
  const { data, trace } = readFilm()
  mount(FilmPage, { target, props: { data, trace, player: new Player(buildFilm(trace.hops)) } })
}
