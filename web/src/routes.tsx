/** The one map of addresses. Pages load when they are first opened; the desktop's code is the largest part. */
import { createBrowserRouter } from "react-router";
import { Crash, CrashPage } from "./parts/CrashPage";
import { Shell } from "./parts/Shell";
import { SignedIn, Waiting } from "./parts/SignedIn";
import { HomePage } from "./pages/home/HomePage";
import { NotFoundPage } from "./pages/NotFoundPage";
import { SignInPage } from "./pages/SignInPage";
import { patterns } from "./paths";

export const router = createBrowserRouter([
  {
    ErrorBoundary: CrashPage,
    HydrateFallback: Waiting,
    children: [
      { path: patterns.signIn, Component: SignInPage },
      {
        Component: SignedIn,
        children: [
          { path: patterns.desktop, lazy: async () => ({ Component: (await import("./pages/desktop/DesktopPage")).DesktopPage }) },
          {
            Component: Shell,
            children: [
              {
                ErrorBoundary: Crash,
                children: [
                  { path: patterns.home, Component: HomePage },
                  { path: patterns.create, lazy: async () => ({ Component: (await import("./pages/create/CreatePage")).CreatePage }) },
                  { path: patterns.instance, lazy: async () => ({ Component: (await import("./pages/instance/InstancePage")).InstancePage }) },
                  { path: patterns.progress, lazy: async () => ({ Component: (await import("./pages/ProgressPage")).ProgressPage }) },
                  { path: patterns.bin, lazy: async () => ({ Component: (await import("./pages/bin/BinPage")).BinPage }) },
                  { path: patterns.activity, lazy: async () => ({ Component: (await import("./pages/ActivityPage")).ActivityPage }) },
                  { path: patterns.requests, lazy: async () => ({ Component: (await import("./pages/support/RequestsPage")).RequestsPage }) },
                  { path: patterns.adminReclaim, lazy: async () => ({ Component: (await import("./pages/admin/ReclaimPage")).ReclaimPage }) },
                  { path: patterns.adminCatalogue, lazy: async () => ({ Component: (await import("./pages/admin/CataloguePage")).CataloguePage }) },
                  { path: "*", Component: NotFoundPage },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
]);
