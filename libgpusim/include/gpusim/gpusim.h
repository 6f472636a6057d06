/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything a program that uses libgpusim needs. */
#ifndef GPUSIM_GPUSIM_H
#define GPUSIM_GPUSIM_H

#include <gpusim/calibrate.h>
#include <gpusim/compare.h>
#include <gpusim/detect.h>
#include <gpusim/engine.h>
#include <gpusim/evaluate.h>
#include <gpusim/fault.h>
#include <gpusim/field.h>
#include <gpusim/fleet.h>
#include <gpusim/gpu.h>
#include <gpusim/learn.h>
#include <gpusim/model.h>
#include <gpusim/module.h>
#include <gpusim/observer.h>
#include <gpusim/placement.h>
#include <gpusim/plot.h>
#include <gpusim/random.h>
#include <gpusim/record.h>
#include <gpusim/sim.h>
#include <gpusim/spec.h>
#include <gpusim/status.h>
#include <gpusim/story.h>
#include <gpusim/study.h>
#include <gpusim/trace.h>
#include <gpusim/types.h>
#include <gpusim/version.h>

#endif
