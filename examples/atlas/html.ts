export interface Chapter {
  readonly title: string;
  readonly text: string;
  /** SVG. */
  readonly pictures: readonly string[];
}

const style = `
  body { margin: 0; background: #faf8f2; color: #2b2a27; font: 17px/1.6 Georgia, serif; }
  main { max-width: 800px; margin: 0 auto; padding: 40px 20px 80px; }
  h1 { font-size: 46px; margin: 0; } h2 { font-size: 28px; margin: 56px 0 8px; border-top: 2px solid; padding-top: 14px; }
  .lead { color: #6b685f; margin-top: 6px; }
  .pictures { display: flex; flex-wrap: wrap; gap: 18px; margin-top: 18px; }
  figure { margin: 0; background: #fff; border: 1px solid #e4dfd0; border-radius: 8px; padding: 14px; box-sizing: border-box;
    flex: 1 1 340px; } figure.wide { flex-basis: 100%; }
`;

export function htmlOf(chapters: readonly Chapter[]): string {
  const parts = chapters.map(({ title, text, pictures }) => {
    const figures = pictures.map(svg => {
      const isWide = Number(/ width="(\d+)"/.exec(svg)?.[1]) > 500;
      return `<figure${isWide ? ' class="wide"' : ""}>${svg.trim()}</figure>`;
    });
    return `<section>\n<h2>${title}</h2>\n<p>${text}</p>\n<div class="pictures">\n${figures.join("\n")}\n</div>\n</section>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A small atlas</title>
<style>${style}</style>
<main>
<h1>A small atlas</h1>
<p class="lead">Climate, disasters, earthquakes, people and weather: seven files, one page, built by heddle.</p>
${parts.join("\n")}
</main>
</html>
`;
}
