/** The page of film files as it was built, with `filmPlace` where the data goes (vite.film.ts). */
declare module 'virtual:film-page' {
  const page: string
  export default page
}
