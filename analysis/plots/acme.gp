# SPDX-License-Identifier: GPL-3.0-or-later
# Distributions of power and temperature in scenarios/validation/acme-a100.yaml over those of Acme's
# fleets Kalos and Seren. The curves are written by the test that compares them:
#   GPUSIM_SOURCE=$PWD GPUSIM_SHARED=../shared build/tests/test_validation_fleet acme.tsv
#   gnuplot -e "curves='acme.tsv'" -e "picture='acme.png'" analysis/plots/acme.gp
set terminal pngcairo size 1500, 520 font ',11'
set output picture
set multiplot layout 1, 3 title 'A fleet of 8 x A100: simulated (calibrated on Kalos) and measured (ACME, August 2023)'
set ylabel 'samples at or below, %'
set yrange [0:100]
set grid
set key bottom right
set xlabel 'GPU power, W'
set xrange [0:500]
set arrow 1 from 400, 0 to 400, 100 nohead dashtype 3
plot curves using 3:1 with lines linewidth 2 title 'Kalos', '' using 4:1 with lines linewidth 2 title 'Seren', \
     '' using 2:1 with lines linewidth 2 linecolor 'black' title 'simulated'
unset arrow 1
set xlabel 'GPU, degrees C'
set xrange [15:85]
plot curves using 6:1 with lines linewidth 2 title 'Kalos', '' using 7:1 with lines linewidth 2 title 'Seren', \
     '' using 5:1 with lines linewidth 2 linecolor 'black' title 'simulated'
set xlabel 'memory, degrees C'
plot curves using 9:1 with lines linewidth 2 title 'Kalos', '' using 10:1 with lines linewidth 2 title 'Seren', \
     '' using 8:1 with lines linewidth 2 linecolor 'black' title 'simulated'
unset multiplot
