/** The island's own sentences, in both languages. */
const TEXTS = {
  "diagram": ["流程图", "Process diagram"],
  "zoom-in": ["放大", "Zoom in"],
  "zoom-out": ["缩小", "Zoom out"],
  "fit": ["适合宽度", "Fit to width"],
  "current": ["定位当前环节", "Go to the current step"],
  "state-done": ["已完成", "Done"],
  "state-current": ["进行中", "In progress"],
  "state-next": ["待进行", "To come"],
  "state-incident": ["出现问题", "Needs attention"],
  "failed": [
    "流程图未能显示,请刷新页面;如仍不行,请告知管理员。",
    "The diagram could not be shown. Reload the page; if that does not help, tell your administrator.",
  ],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type TextName = keyof typeof TEXTS;

/** Return a sentence in `language`; Chinese unless it is said to be another. */
export function text(name: TextName, language: string): string {
  const [zh, en] = TEXTS[name];
  return language === "" || language.startsWith("zh") ? zh : en;
}
