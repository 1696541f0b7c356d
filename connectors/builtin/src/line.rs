//! A straight line through points that mostly lie on one.

use crate::number::real;
use crate::raster::Point;

/// A line: slope, and height at 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) slope: f32,
    pub(crate) height: f32,
}

impl Line {
    pub(crate) fn at(self, along: f32) -> f32 {
        self.slope * along + self.height
    }

    /// By least squares, three times, without what lies far off (a thumb, a letter that was missed). `exact` is how far off a point
    /// of the line itself may lie.
    pub(crate) fn fit(points: &[Point], exact: f32) -> Option<Self> {
        const FEWEST_AT_FIRST: usize = 8;
        const FEWEST_LEFT: usize = 6;
        const FAR: f32 = 2.5;
        if points.len() < FEWEST_AT_FIRST {
            return None;
        }
        let mut kept = points.to_vec();
        let mut line = Self::squares(&kept);
        for _ in 0..2 {
            let mut off: Vec<f32> = kept.iter().map(|(u, v)| (v - line.at(*u)).abs()).collect();
            off.sort_by(f32::total_cmp);
            let limit = off.get(off.len() / 2).copied().unwrap_or(0.0).max(exact) * FAR;
            kept.retain(|(u, v)| (v - line.at(*u)).abs() < limit);
            if kept.len() < FEWEST_LEFT {
                break;
            }
            line = Self::squares(&kept);
        }
        Some(line)
    }

    fn squares(points: &[Point]) -> Self {
        let count = real(points.len());
        let middle = |pick: fn(&Point) -> f32| points.iter().map(pick).sum::<f32>() / count;
        let (mu, mv) = (middle(|point| point.0), middle(|point| point.1));
        let (mut cross, mut square) = (0.0, 0.0);
        for (u, v) in points {
            cross += (u - mu) * (v - mv);
            square += (u - mu).powi(2);
        }
        let slope = if square > 0.0 { cross / square } else { 0.0 };
        Self {
            slope,
            height: mv - slope * mu,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_points_far_off_do_not_bend_the_line() {
        let mut points: Vec<Point> = (0..40_u8).map(|u| (f32::from(u), 3.0 + 0.5 * f32::from(u))).collect();
        for (index, lift) in [(4, 9.0), (17, -14.0), (30, 6.0)] {
            points[index].1 += lift;
        }
        let line = Line::fit(&points, 0.1).expect("enough points");
        assert!(
            (line.slope - 0.5).abs() < 0.01 && (line.height - 3.0).abs() < 0.1,
            "{line:?}"
        );
        assert!(Line::fit(&points[..7], 0.1).is_none());
        let upright = [(2.0, 1.0); 9];
        assert!(Line::fit(&upright, 0.1).expect("a line").at(2.0).is_finite());
    }
}
